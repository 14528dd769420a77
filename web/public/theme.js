// Runs before the first paint, so that a chosen theme is applied without a flash of the other one. A separate file, because
// the page's security policy forbids inline scripts. web/shell/theme.ts writes the value that is read here.
const chosen = localStorage.getItem('slipway.theme')
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
