import fs from 'node:fs'
import path from 'node:path'
import { openAwakeTimer } from '../lib/awake-timer.ts'
import { clock } from '../lib/clock.ts'
import { onAbort } from '../lib/waiting.ts'
import type { Launcher } from '../sandbox/launcher.ts'
import { collectLog } from './collect-log.ts'

/** The launcher and the limits of the commands of a run. */
export interface CommandRoom {
  readonly launcher: Launcher
  readonly path: string
  readonly timeoutMs: number
  readonly logBytes: number
  readonly signal: AbortSignal
  readonly label: string
}

/** The end of a command. It passed when it exited with 0 within its time. */
export interface CommandEnd {
  readonly passed: boolean
  readonly exitCode: number | null
  readonly durationMs: number
  readonly log: string
  readonly logTruncated: boolean
  readonly walls: string
  readonly startedAt: Date
}

/** Runs one command line with `sh -c` inside the sandbox, without input, and ends all processes that it leaves. */
export async function runCommand(
  room: CommandRoom,
  command: string,
  dirs: { readonly cwd: string; readonly home: string; readonly writable: readonly string[] },
): Promise<CommandEnd> {
  const startedAt = clock.date()
  const startedMs = clock.steady()
  const child = await room.launcher.launch(
    {
      command: ['/bin/sh', '-c', command],
      ...dirs,
      env: { PATH: room.path, LANG: 'C.UTF-8', CI: 'true', NO_COLOR: '1' },
      readable: room.path.split(':').filter((dir) => path.isAbsolute(dir) && fs.existsSync(dir)),
      label: room.label,
      input: 'nothing',
    },
    room.signal,
  )
  const log = collectLog([child.stdout, child.stderr], room.logBytes)
  let timedOut = false
  const timer = openAwakeTimer(room.timeoutMs, () => {
    timedOut = true
    void child.kill()
  })
  const stopListening = onAbort(room.signal, () => void child.kill())
  try {
    const { code, signal } = await child.exited
    room.signal.throwIfAborted()
    const { text, truncated } = await log.finished
    return {
      passed: code === 0 && !timedOut,
      exitCode: code,
      durationMs: Math.round(clock.steady() - startedMs),
      log: text + noteOn(timedOut, signal, room.timeoutMs),
      logTruncated: truncated,
      walls: child.walls,
      startedAt,
    }
  } finally {
    timer.stop()
    stopListening()
    await child.kill()
  }
}

function noteOn(timedOut: boolean, signal: string | null, timeoutMs: number): string {
  if (timedOut)
    return (
      `\n[stopped after ${timeoutMs / 1000} s: the command did not end by itself. If it watches files or waits for input, ` +
      'name one that runs once (`vitest run` instead of `vitest`, `jest` instead of `jest --watch`); ' +
      'if it only needs longer, raise SLIPWAY_CHECK_SECONDS.]'
    )
  return signal === null ? '' : `\n[ended by ${signal}]`
}
