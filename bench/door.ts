import http from 'node:http'

/** A client that costs little, so that the server and not the client is what is measured: one agent, kept-alive sockets. */
export interface Door {
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  close(): void
}

export interface Answer {
  readonly status: number
  readonly body: string
}

export function openDoor({
  url,
  token,
  sockets = 1,
  headers: always = {},
}: {
  url: string
  token?: string
  sockets?: number
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>
}): Door {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets })
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const ask = (method: string, path: string, body: string | null): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...authorization,
        ...always,
        ...(body === null
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      }
      const request = http.request(new URL(path, url), { method, agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
      })
      request.once('error', reject)
      request.end(body ?? undefined)
    })
  return {
    get: (path) => ask('GET', path, null),
    post: (path, body) => ask('POST', path, JSON.stringify(body)),
    close: () => agent.destroy(),
  }
}

export interface Load {
  /** Milliseconds of each call that succeeded. */
  readonly times: number[]
  readonly errors: number
  readonly perSecond: number
}

/** `count` calls by `clients` who each wait for an answer before they ask again. A refusal is an error, not a speed. */
export async function load(
  options: { clients: number; count: number; expect: number },
  call: () => Promise<Answer>,
): Promise<Load> {
  const times: number[] = []
  let errors = 0
  let left = options.count
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: options.clients }, async () => {
      while (left > 0) {
        left -= 1
        const asked = performance.now()
        const answer = await call().catch(() => null)
        if (answer?.status === options.expect) times.push(performance.now() - asked)
        else errors += 1
      }
    }),
  )
  return { times, errors, perSecond: times.length / ((performance.now() - begun) / 1000) }
}
