import type { HttpLimits } from '../../src/http/http-limits.ts'

/** Limits that a test reaches with a few bytes. */
export const smallLimits: HttpLimits = {
  bodyBytes: 100,
  documents: 2,
  documentBytes: 100,
  gitRequestBytes: 100,
  sseBufferBytes: 1000,
  uiFileBytes: 100_000,
  sessionMs: 60_000,
  codeMs: 1000,
}
