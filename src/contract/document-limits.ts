/** The maximum number of documents per job, and the maximum size of each in bytes. */
export const documentLimits = { count: 20, bytes: 10_000_000 } as const
