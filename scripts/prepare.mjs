// Makes what a first job would be slower without, once, for scripts/install.sh: the compiled code of Slipway's own agents,
// which they may read and not write.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const compileCache = path.join(root, '.cache', 'compile')
/** Who an agent is inside the walls (src/sandbox/walls.ts). */
const AGENTS_UID = 1000

/** An agent whose input is at its end starts, stops, and leaves its code compiled. */
function compileAgents() {
  for (const agent of ['offline', 'team'])
    spawnSync(process.execPath, [path.join(root, 'src', 'own-agents', agent, 'main.ts')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    })
}

/** Node keeps compiled code apart by user, in a directory whose name ends with the uid; the code is the same. */
function shareWithAgents() {
  const mine = `-${process.getuid?.()}`
  for (const name of fs.readdirSync(compileCache)) {
    const shared = path.join(compileCache, name.replace(/-\d+$/, `-${AGENTS_UID}`))
    if (name.endsWith(mine) && !fs.existsSync(shared)) fs.symlinkSync(name, shared)
  }
}

compileAgents()
shareWithAgents()
