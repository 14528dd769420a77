/** What bounds requests and answers. */
export interface HttpLimits {
  /** The maximum bytes of a body without documents. */
  readonly bodyBytes: number
  /** The maximum number of documents of a job, and the maximum bytes of one. */
  readonly documents: number
  readonly documentBytes: number
  /** The maximum bytes of a request of a git client. */
  readonly gitRequestBytes: number
  /** The maximum unsent bytes of an event stream. */
  readonly sseBufferBytes: number
  /** The maximum bytes of one file of the built UI. */
  readonly uiFileBytes: number
  /** The lifetimes in ms of an unused browser session and of a log-in code. */
  readonly sessionMs: number
  readonly codeMs: number
}
