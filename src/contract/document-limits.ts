/** How many documents a job takes, and how many bytes each may have. */
export const documentLimits = { count: 20, bytes: 10_000_000 } as const
