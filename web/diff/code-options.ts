/** How code looks, in files and in diffs alike; the theme follows the page's `color-scheme`. */
export const codeOptions = {
  theme: { light: 'pierre-light', dark: 'pierre-dark' },
  overflow: 'wrap',
} as const
