/** Follows an installation to its end: output is passed to `onOutput`, the installed backend is returned. */
import { createParser } from 'eventsource-parser'
import { InstallEvent, type BackendView } from '../contract/backend.ts'
import { ApiError } from './api-error.ts'
import { send, type Endpoint } from './request.ts'

const eventLimit = 1_000_000

/** Throws `ApiError` with the server's message when the installation fails; aborting the signal stops it. */
export async function installBackend(
  endpoint: Endpoint,
  name: string,
  onOutput: (text: string) => void,
  signal?: AbortSignal,
): Promise<BackendView> {
  const response = await send(endpoint, `/api/backends/${encodeURIComponent(name)}/install`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    signal,
  })
  const arrived: InstallEvent[] = []
  const parser = createParser({
    maxBufferSize: eventLimit,
    onEvent: (message) => arrived.push(InstallEvent.parse(JSON.parse(message.data))),
  })
  const decoder = new TextDecoder()
  const body: AsyncIterable<Uint8Array> | null = response.body
  for await (const chunk of body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    for (const event of arrived.splice(0)) {
      if ('backend' in event) return event.backend
      if ('error' in event) throw new ApiError(502, event.code, event.error)
      onOutput(event.output)
    }
  }
  throw new ApiError(0, 'bad_answer', 'the server ended the installation without saying how')
}
