/** The maximum time in ms for which drawing is delayed to wait for data; after that the missing parts are shown as loading. */
const patienceMs = 150

/** Waits for `work`, but at most `patienceMs`. Errors of `work` are shown where its result is used. */
export async function aMoment(work: Promise<unknown>): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs))
  await Promise.race([work, patience])
}
