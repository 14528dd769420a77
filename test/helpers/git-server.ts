import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeDir } from './made-dirs.ts'

/**
 * A host of git repositories on loopback that behaves like real services. The first segment of a path selects the
 * behaviour:
 *
 * - `git`: the repository below `root`, by git's own program for this
 * - `moved`: a redirect to the same path below `git`; `insecure`: one to plain http; `leaky`: one to an address with a password
 * - `private`: requires a log-in; `broken`: 503
 * - `flaky`: as `git`, but with 503 for the second and third request for references; `gone`: the same with a permanent 404
 */
export interface GitServer {
  readonly root: string
  readonly http: string
  readonly https: string
  /** A server that accepts connections and never responds. */
  readonly silent: string
  /** The most connections that the silent server has had at once. */
  readonly mostSilent: () => number
  /** The certificate of the https server, to be trusted. */
  readonly certificate: string
  close(): Promise<void>
}

export async function startGitServer(): Promise<GitServer> {
  const root = makeDir('slipway-git-')
  const asked = new Map<string, number>()
  const addresses = { http: '', https: '' }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? '/'
    const [, kind = '', rest = ''] = /^\/([a-z]+)(\/.*)$/.exec(url) ?? []
    const count = url.includes('/info/refs') ? (asked.get(url) ?? 0) + 1 : 0
    asked.set(url, count)
    const away = (location: string) => () => response.writeHead(302, { location }).end()
    const refuse =
      (status: number, headers = {}) =>
      () =>
        response.writeHead(status, headers).end('no\n')
    const serve = (): void => serveRepository(root, rest, request, response)
    const kinds: Readonly<Record<string, () => unknown>> = {
      git: serve,
      moved: away(`/git${rest}`),
      insecure: away(`${addresses.http}/git${rest}`),
      leaky: away(`http://me:TOKEN@127.0.0.1:1${rest}`),
      private: refuse(401, { 'www-authenticate': 'Basic realm="x"' }),
      broken: refuse(503),
      flaky: count === 2 || count === 3 ? refuse(503) : serve,
      gone: count > 1 ? refuse(404) : serve,
    }
    ;(kinds[kind] ?? refuse(404))()
  }
  const tls = await makeCertificate(makeDir('slipway-tls-'))
  const plain = http.createServer(answer)
  const secure = https.createServer(
    { key: fs.readFileSync(tls.key), cert: fs.readFileSync(tls.cert) },
    answer,
  )
  const held = new Set<net.Socket>()
  let mostHeld = 0
  const silent = net.createServer((socket) => {
    held.add(socket.on('error', () => undefined).on('close', () => held.delete(socket)))
    // The input must be read, otherwise its end is never detected.
    socket.resume()
    // After the ends that arrived together with this connection.
    setImmediate(() => {
      mostHeld = Math.max(mostHeld, held.size)
    })
  })
  addresses.http = `http://127.0.0.1:${await listen(plain)}`
  addresses.https = `https://127.0.0.1:${await listen(secure)}`
  return {
    root,
    ...addresses,
    silent: `127.0.0.1:${await listen(silent)}`,
    mostSilent: () => mostHeld,
    certificate: tls.cert,
    async close() {
      for (const socket of held) socket.destroy()
      await Promise.all([plain, secure, silent].map((one) => new Promise((resolve) => one.close(resolve))))
    },
  }
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function makeCertificate(dir: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
  const named = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  await promisify(execFile)('openssl', [...made, ...named])
  return { key, cert }
}

/** One request, answered by `git http-backend`, which speaks CGI. */
function serveRepository(
  root: string,
  rest: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [place = '', query = ''] = rest.split('?')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: place,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol']?.toString(),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin.on('error', () => undefined))
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.on('close', () => {
    const said = Buffer.concat(parts)
    const end = said.indexOf('\r\n\r\n')
    const headers = said
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line): [string, string] => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)])
    const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200)
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
    response.end(said.subarray(end + 4))
  })
}
