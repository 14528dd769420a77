/** Styles for the counts beside a file's name, whose default colours have too little contrast on white. */
const COUNTS = `
  [data-additions-count] { color: light-dark(#0b6e46, #3fb984); }
  [data-deletions-count] { color: light-dark(#b42318, #f2776b); }
`

/**
 * The options for rendering code, in files and in diffs; the theme follows the page's `color-scheme`. The light one has
 * enough contrast for text on the background of an added line.
 */
export const codeOptions = {
  theme: { light: 'github-light-high-contrast', dark: 'pierre-dark' },
  unsafeCSS: COUNTS,
  overflow: 'wrap',
} as const
