import type { Profile } from '../../../agents/profile.ts'
import type { Contact, ContactWatch } from '../../../sandbox/contacts.ts'
import type { Engine } from '../../engine.ts'
import type { Verdict } from './bench.ts'

interface SeenContacts {
  readonly watch: ContactWatch | null
  readonly throughGateway: boolean
}

/** The maximum number of contacts named in a verdict. */
const NAMED = 5

/** Judges whether a backend contacted only the gateway, which shares its address with the board, in all cases together. */
export function judgeContacts(
  { launcher, models }: Pick<Engine, 'launcher' | 'models'>,
  { login }: Pick<Profile, 'login'>,
  { watch, throughGateway }: SeenContacts,
): Verdict {
  if (watch === null) return skip('This machine does not show whom it contacts.')
  if (launcher.walls === 'process-group')
    return skip('These walls (process-group) let go of processes, so that not all of them can be watched.')
  const gateway = new URL(models.gateway.url).host
  const contacts = watch.contacts()
  const others = contacts.filter(({ address }) => address !== gateway)
  if (others.length > 0) {
    const listed = listContacts(others)
    return !throughGateway && login.length > 0
      ? skip(`It works with a login of its own. It contacted ${listed}.`)
      : { result: 'fail', sentence: `It contacted ${listed}.` }
  }
  const { count, everyMs } = watch.samples()
  if (count === 0) return skip('It ran too shortly to be looked at.')
  if (throughGateway && contacts.length === 0)
    return skip('Not even its calls to the gateway were seen, so nothing is known of others.')
  const allowed = throughGateway ? 'only the gateway' : 'nobody'
  return {
    result: 'pass',
    sentence: `It contacted ${allowed}, in ${count} looks at its sockets, one every ${everyMs} ms.`,
  }
}

function listContacts(contacts: readonly Contact[]): string {
  const shown = contacts
    .slice(0, NAMED)
    .map(({ protocol, address, program }) => `${address ?? 'an unknown address'} (${protocol}, ${program})`)
  const more = contacts.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function skip(sentence: string): Verdict {
  return { result: 'skip', sentence }
}
