/**
 * Builds the web interface when it is older than its sources. The server never waits for the build and never fails because
 * of it; build messages are shown to the person who started the server; the build ends with the server.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { onAbort } from '../../lib/waiting.ts'
import type { Terminal } from '../screen/terminal.ts'

const script = path.join(import.meta.dirname, '..', '..', '..', 'scripts', 'build-web.sh')

/** Resolves when there is nothing (more) to build, also when the build failed, after its error was printed. */
export async function buildWeb(terminal: Terminal, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return
  // In a process group of its own, so that processes started by the script can be ended with it.
  const child = spawn('sh', [script], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      terminal.note(`The web interface could not be built: ${error.message}.`)
      resolve()
    })
  })
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null) endGroup(child.pid)
  }
  const stopListening = onAbort(stopping, stop)
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (output: string) => {
    if (!stopping.aborted) terminal.note(output.trimEnd())
  })
  await ended
  stopListening()
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch (error) {
    // The process has just ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
