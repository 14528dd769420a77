/** Returns a number of jobs in words: `1 job`, `3 jobs`. */
export function countedJobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}
