/** How long a picture waits for what is to be on it, in milliseconds; then it is drawn and says what is still missing. */
const patienceMs = 150

/** Waits for `work`, but not long. What goes wrong in it is told where its outcome is shown. */
export async function aMoment(work: Promise<unknown>): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs))
  await Promise.race([work, patience])
}
