import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { slipwayProgram } from './program.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line to its end, whatever its exit code is. */
export async function runSlipway(...words: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [slipwayProgram, ...words])) }
  } catch (error) {
    return error as Ended
  }
}
