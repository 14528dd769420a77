import { z } from '@hono/zod-openapi'
import { EventQuery } from '../contract/events/event.ts'
import { ArchiveFormat } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'

/** A text that must fit; for one that does not, the request is refused with `refusal`. */
export function textThat(fits: (text: string) => boolean, refusal: (text: string) => AppError): z.ZodString {
  return z.string().superRefine((text, ctx) => {
    if (!fits(text)) ctx.addIssue({ code: 'custom', params: { refusal: refusal(text) } })
  })
}

/** The id of something in a path. One that is no UUID names nothing, so the answer is 404. */
export function idOf(subject: string): z.ZodString {
  return textThat(isId, (text) => new AppError('not_found', `There is no ${subject} ${quoted(text)}.`))
}

export const JobId = idOf('job')

export function isId(text: string): boolean {
  return z.uuid().safeParse(text).success
}

export const BackendName = textThat(
  (text) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(text),
  (text) => new AppError('backend_not_found', `There is no backend ${quoted(text)}.`),
)

const KEY_CHARS = 200

export const IdempotencyKey = textThat(
  (text) => text.length <= KEY_CHARS && /^[\x21-\x7e]+$/.test(text),
  () => new AppError('bad_idempotency_key', 'An Idempotency-Key has 1 to 200 visible ASCII characters.'),
).openapi({ maxLength: KEY_CHARS })

/** Returns the beginning of an input, for an error message. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}

/** A path in a repository, percent-encoded; parsed as bytes, because a name need not be valid UTF-8. */
export const RepositoryPath = textThat(
  (text) => !/%(?![0-9a-f]{2})/i.test(text),
  () => new AppError('bad_path', 'The path is not valid: percent-encode its bytes.'),
).transform((text) =>
  Buffer.from(
    Buffer.from(text, 'utf8')
      .toString('latin1')
      .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ),
)

/** The name of a commit: rejects names that git would read as an option, a range or a reflog lookup. */
const Ref = z
  .string()
  .max(200, 'the name of a commit has at most 200 characters')
  .regex(
    /^(?![-.])(?!.*\.\.)(?!.*@\{)[\w./@+-]+$/,
    'this is not the name of a commit: send "HEAD", the name of the branch, a commit id or the reference of an attempt',
  )

export const DownloadQuery = z.strictObject({ format: ArchiveFormat.default('zip') })
export const RefQuery = z.strictObject({ ref: Ref.optional() })
export const DiffQuery = z.strictObject({ from: Ref.optional(), to: Ref.optional() })
export const AfterQuery = EventQuery.pick({ after: true })
