/** The counts beside a file's name, which the library draws too pale to be read on white. */
const COUNTS = `
  [data-additions-count] { color: light-dark(#0b6e46, #3fb984); }
  [data-deletions-count] { color: light-dark(#b42318, #f2776b); }
`

/**
 * How code looks, in files and in diffs alike; the theme follows the page's `color-scheme`. The light one has the contrast
 * that words need on the ground of an added line.
 */
export const codeOptions = {
  theme: { light: 'github-light-high-contrast', dark: 'pierre-dark' },
  unsafeCSS: COUNTS,
  overflow: 'wrap',
} as const
