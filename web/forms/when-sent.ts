/**
 * Runs `done` after something was sent. A form that is unmounted before the response arrives does not get the callbacks passed
 * to `mutate`, but its draft has to be removed all the same. `onFailure` is for failures that are not shown elsewhere.
 */
export function whenSent<T>(
  sending: Promise<T>,
  done: (answer: T) => void,
  onFailure: (error: Error) => void = () => undefined,
): void {
  const follow = async (): Promise<void> => {
    let answer: T
    try {
      answer = await sending
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)))
      return
    }
    done(answer)
  }
  void follow()
}
