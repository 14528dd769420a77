import { openAwakeTimer, type AwakeTimer } from '../../lib/awake-timer.ts'
import type { SessionLimits } from '../profile.ts'
import { SessionError } from './session-error.ts'

/** The time limits of one turn: the time to its first update, the silence between two updates, and the whole turn. */
export interface TurnWatch {
  /** Records an update from the agent. */
  restartSilence(): void
  /** Pauses the timers while the agent waits for someone else; the returned function resumes them. */
  pause(): () => void
  stop(): void
}

/** Starts the timers; `onOver` is called with the error of the first to expire. */
export function watchTurn(
  limits: Omit<SessionLimits, 'startMs'>,
  onOver: (error: SessionError) => void,
): TurnWatch {
  let left = limits.turnMs
  let holds = 0
  let spoke = false
  let over = false
  let turn: AwakeTimer | undefined
  let quiet: AwakeTimer | undefined

  const pause = (): void => {
    left = turn?.stop() ?? left
    quiet?.stop()
  }
  const run = (): void => {
    turn = openAwakeTimer(left, () => onOver(new SessionError(sentences.turn(limits.turnMs))))
    quiet = spoke
      ? openAwakeTimer(limits.silenceMs, () => onOver(new SessionError(sentences.silence(limits.silenceMs))))
      : openAwakeTimer(limits.firstUpdateMs, () =>
          onOver(new SessionError(sentences.first(limits.firstUpdateMs))),
        )
  }
  run()
  return {
    restartSilence() {
      if (over || holds > 0) {
        spoke = true
      } else if (spoke) {
        quiet?.restart()
      } else {
        spoke = true
        pause()
        run()
      }
    },
    pause() {
      if (holds === 0) pause()
      holds += 1
      let released = false
      return () => {
        if (released) return
        released = true
        holds -= 1
        if (holds === 0 && !over) run()
      }
    },
    stop() {
      over = true
      pause()
    },
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

const sentences = {
  first: (ms: number) =>
    `The agent said nothing within ${seconds(ms)} of its prompt. Its model may not answer; where that is normal, raise its limit for the first update.`,
  silence: (ms: number) =>
    `The agent fell silent for ${seconds(ms)} in the middle of its turn. Where that is normal, raise its limit for silence.`,
  turn: (ms: number) => `The agent did not finish its turn within ${seconds(ms)}.`,
}
