import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'

/** Thrown when a provider did not answer, or sent no data, for longer than the limit. */
export class SilentProvider extends Error {
  override readonly name = 'SilentProvider'
}

export interface UpstreamCall {
  readonly method: string
  readonly url: URL
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
  readonly signal: AbortSignal
  /** The maximum time in ms without data, before the response and within it. */
  readonly silenceMs: number
  /** Whether the reader of the response is the one causing the delay: then the provider is not considered silent. */
  readonly isReaderSlow: () => boolean
}

/** Connections to providers, kept open between calls. */
export interface UpstreamPool {
  /** Resolves with the head of the response; its body fails with an error when the provider or `signal` ends it early. */
  call(call: UpstreamCall): Promise<IncomingMessage>
  close(): void
}

export function openUpstreamPool(): UpstreamPool {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 64 }),
    'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 64 }),
  }
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        const secure = call.url.protocol === 'https:'
        const { request } = secure ? https : http
        const sent = request(call.url, {
          method: call.method,
          headers: call.headers,
          agent: agents[secure ? 'https:' : 'http:'],
          signal: call.signal,
        })
        let answer: IncomingMessage | null = null
        sent.setTimeout(call.silenceMs, () => {
          if (!call.isReaderSlow())
            (answer ?? sent).destroy(new SilentProvider(`it said nothing for ${call.silenceMs / 1000} s`))
        })
        sent.on('response', (response) => {
          answer = response
          resolve(response)
        })
        sent.on('error', reject)
        sent.end(call.body)
      }),
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
