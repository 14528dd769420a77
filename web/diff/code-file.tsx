import { File } from '@pierre/diffs/react'
import { useColours } from './use-colours.ts'
import { codeOptions } from './code-options.ts'

/** A text file with line numbers and syntax highlighting. */
export function CodeFile({ name, contents }: { readonly name: string; readonly contents: string }) {
  const themeType = useColours()
  return <File file={{ name, contents }} options={{ ...codeOptions, themeType, disableFileHeader: true }} />
}
