import type { Client } from '../client/open-client.ts'

/** Which backend new jobs get unless another is named, as a sentence: a change must not make another one the default in silence. */
export async function defaultSentence(client: Pick<Client, 'backends'>): Promise<string> {
  const standard = (await client.backends()).find((backend) => backend.default)
  return standard === undefined
    ? 'No backend can work now: slipway backends'
    : `The default backend is ${standard.name}.`
}
