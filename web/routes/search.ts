import { z } from 'zod'
import { JobStatus } from '../../src/contract/words.ts'

/** The search parameters of URLs. URLs are typed by people: invalid values are ignored, never an error. */
const text = z.string().min(1).max(2000).optional().catch(undefined)
const id = z.uuid().optional().catch(undefined)

/** A job may be started from the vision of another. */
export const NewJobSearch = z.object({ vision: text, backend: text })

export const JobsSearch = z.object({
  status: JobStatus.optional().catch(undefined),
  needs: z.enum(['person']).optional().catch(undefined),
  archived: z.literal(true).optional().catch(undefined),
  q: text,
  page: z.int().min(1).optional().catch(undefined),
  sort_by: z.enum(['created_at', 'title', 'status', 'attention']).optional().catch(undefined),
  sort_order: z.enum(['asc', 'desc']).optional().catch(undefined),
})

/** `task`: the task whose drawer is open, on every tab. */
export const JobSearch = z.object({ task: id })

/** The session to show: the newest of an agent, or that of one attempt. */
export const TeamSearch = z.object({ agent: id, attempt: id })

export const ActivitySearch = z.object({ agent: text, attempt: id, kind: text, q: text })

/** `view`: the tree, the changes, or the history. `from` and `to` are the range of a diff, `look` is its layout. */
export const FilesSearch = z.object({
  view: z.enum(['files', 'diff', 'commits']).optional().catch(undefined),
  path: text,
  ref: text,
  from: text,
  to: text,
  look: z.enum(['unified', 'split']).optional().catch(undefined),
})

export const ProofSearch = z.object({ check: id })

/** `to`: the path to return to; only within this site. */
export const LogInSearch = z.object({
  to: z
    .string()
    .regex(/^\/(?!\/)/)
    .optional()
    .catch(undefined),
})
