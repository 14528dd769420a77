/**
 * Runs one hostile program in the sandbox under the current user, and prints what it could do as one line of JSON.
 * Arguments: an existing private directory, and optionally the directory of the sandbox programs instead of the system's.
 * Everything in the tenant's environment and in its HOME is tampered with.
 */
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { openLauncher } from '../../src/sandbox/launcher.ts'

const [, , root = '', ...programDirs] = process.argv
const place = (name: string): string => path.join(root, name)
for (const dir of ['ws', 'run', 'home', 'home/bin', 'elsewhere'])
  fs.mkdirSync(place(dir), { recursive: true, mode: 0o700 })
fs.writeFileSync(place('elsewhere/secret'), 'canary', { mode: 0o600 })

/** Programs that leave a mark when they run where they can write to `elsewhere`. */
for (const name of ['bwrap', 'setpriv', 'unshare', 'sh', 'env', 'mkfifo', 'chown', 'node'])
  fs.writeFileSync(
    place(`home/bin/${name}`),
    `#!/bin/sh\necho ${name} >> ${place('elsewhere/marks')}\nexit 1\n`,
    { mode: 0o755 },
  )
fs.writeFileSync(place('home/rc'), `echo rc >> ${place('elsewhere/marks')}\n`)

/** The attacks of the program; each line of its output is `name=result`. */
const tries = `
say() { printf '%s=%s\\n' "$1" "$2"; }
say uid "$(/usr/bin/id -u)"
say environment "$TENANT:$LD_LIBRARY_PATH"
say secret "$(/bin/cat ${place('elsewhere/secret')} 2>/dev/null)"
(: > ${place('elsewhere/written')}) 2>/dev/null && say wrote elsewhere
say passwords "$(/bin/cat /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- 2>/dev/null | /usr/bin/wc -c)"
for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/vm/drop_caches /proc/sysrq-trigger; do
  [ -e $file ] && (exec 9>>$file) 2>/dev/null && say kernel $file
done
say top "$(/bin/ls / | /usr/bin/tr '\\n' ' ')"
say processes "$(/bin/ls /proc | /bin/grep -c '^[0-9]')"
say up yes
read -r line
`
const launcher = await openLauncher({
  runDir: place('run'),
  masked: [root],
  ...(programDirs.length === 0 ? {} : { programDirs }),
})
const child = await launcher.launch({
  command: ['/bin/sh', '-c', tries],
  cwd: place('ws'),
  env: {
    PATH: `${place('home/bin')}:/usr/bin:/bin`,
    TENANT: "it's",
    LD_PRELOAD: place('home/no-such-library.so'),
    LD_LIBRARY_PATH: place('home'),
    BASH_ENV: place('home/rc'),
    ENV: place('home/rc'),
    IFS: '/',
    'BAD-NAME': 'x',
  },
  home: place('home'),
  writable: [place('ws')],
  // Directories of a PATH need not be there, nor open to others.
  readable: ['/no/such/place/bin', path.join(root, '..', 'closed', 'bin')],
  label: 'probe',
})
child.stderr.resume()
let told = ''
while (!told.includes('up=yes')) {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  told += chunk.toString()
}
const said: Record<string, string> = {}
for (const line of told.split('\n')) {
  const at = line.indexOf('=')
  if (at > 0) said[line.slice(0, at)] = line.slice(at + 1)
}
const outermost = fs.readFileSync(`/proc/${child.pid}/environ`, 'utf8').split('\0')
const inner = innermostOf(child.pid)
const came = JSON.stringify({
  walls: launcher.walls,
  said,
  /** Values of the tenant's environment in that of processes outside. */
  leaked: inner === child.pid ? [] : outermost.filter((word) => word.includes(root)),
  marks: fs.existsSync(place('elsewhere/marks')) ? fs.readFileSync(place('elsewhere/marks'), 'utf8') : '',
  realUid: Number(/^Uid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${inner}/status`, 'utf8'))?.[1]),
})
process.stdout.write(`${came}\n`)
await child.kill()
await launcher.close()

/** The last of a chain of processes. */
function innermostOf(pid: number): number {
  const [next] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return next === undefined || next === '' ? pid : innermostOf(Number(next))
}
