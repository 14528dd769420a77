import { execFileSync } from 'node:child_process'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')

/** Browser tests look at the UI as its sources are now. Does nothing where it is built already. */
export function setup(): void {
  execFileSync('sh', [path.join(root, 'scripts', 'build-web.sh')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
