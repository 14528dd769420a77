// Runs before the first paint, so that nobody who chose a theme sees the other one flash by. A file of its own, because
// the page's security policy forbids scripts inside the page. web/shell/theme.ts writes what is read here.
const chosen = localStorage.getItem('slipway.theme')
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
