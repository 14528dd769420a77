import type { Client } from '../client/open-client.ts'

/** Returns a sentence with the default backend for new jobs, so that a change of the default is never silent. */
export async function defaultSentence(client: Pick<Client, 'backends'>): Promise<string> {
  const standard = (await client.backends()).find((backend) => backend.default)
  return standard === undefined
    ? 'No backend can work now: slipway backends'
    : `The default backend is ${standard.name}.`
}
