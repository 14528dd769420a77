import { z } from 'zod'

export const ArchiveFormat = z.enum(['zip', 'tar.gz'])
export type ArchiveFormat = z.infer<typeof ArchiveFormat>

/** `encoded` is set when the name is not UTF-8: its exact bytes, percent-encoded for use in a URL. */
export const FileEntry = z.object({
  path: z.string(),
  encoded: z.string().optional(),
  size: z.int(),
  mode: z.string(),
  binary: z.boolean().optional(),
})
export const FileTree = z.object({
  ref: z.string(),
  commit: z.string().nullable(),
  files: z.array(FileEntry),
  truncated: z.boolean(),
})
export type FileTree = z.infer<typeof FileTree>

/** `encoding` is `base64` for files that are not UTF-8 text. */
export const FileContent = z.object({
  path: z.string(),
  commit: z.string(),
  size: z.int(),
  encoding: z.enum(['utf8', 'base64']),
  content: z.string(),
  truncated: z.boolean(),
})
export type FileContent = z.infer<typeof FileContent>

export const CommitView = z.object({
  commit: z.string(),
  parents: z.array(z.string()),
  author: z.string(),
  at: z.string(),
  subject: z.string(),
  body: z.string(),
})
export const CommitList = z.object({ commits: z.array(CommitView) })
export type CommitList = z.infer<typeof CommitList>
/** `truncated`: the diff exceeds the maximum size and its end is left out; a clone of `/git/<job>.git` has all of it. */
export const DiffView = z.object({
  from: z.string(),
  to: z.string(),
  diff: z.string(),
  truncated: z.boolean(),
})
export type DiffView = z.infer<typeof DiffView>
