import { maskPasswords, type GitError } from '../git/git.ts'

/** Thrown when a source repository cannot be used; the message is a sentence. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  /** Whether trying again would end in the same way, because the fault is not in the network. */
  readonly isPermanent: boolean

  constructor(message: string, options: { readonly isPermanent: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.isPermanent = options.isPermanent
  }
}

interface Fault {
  /** Matches the messages of git, ssh or curl. */
  readonly pattern: RegExp
  readonly isPermanent: boolean
  readonly sentence: string
  /** Whether the matched line is worth repeating. */
  readonly showsLine?: true
}

/** Known faults; the first match counts. Permanent ones lie in the source; the others in the network, and may pass. */
const faults: readonly Fault[] = [
  {
    pattern: /took too long/,
    isPermanent: false,
    sentence:
      'It did not answer in time: see that the machine of the server reaches it, and try again, or clone it there yourself and give the path of the clone.',
  },
  {
    pattern:
      /Could not resolve host|unable to look up|Name or service not known|name resolution|nodename nor servname/,
    isPermanent: false,
    sentence:
      'Its host cannot be found: see that the name is right and that the machine of the server knows it.',
  },
  {
    pattern: /Host key verification failed|HOST IDENTIFICATION HAS CHANGED/,
    isPermanent: true,
    sentence:
      'ssh does not know the key of its host: connect to it once with ssh as the user of the server, and try again.',
  },
  {
    pattern:
      /could not read (?:Username|Password)|terminal prompts disabled|Authentication failed|Access denied|Permission denied \(|returned error: 40[13]/,
    isPermanent: true,
    sentence:
      'It asks for a log-in that Slipway does not have, or it does not exist: clone it yourself and give the path of the clone, or give an ssh address at which the user of the server is let in without a question.',
  },
  {
    pattern:
      /redirect|returned error: 30\d|[Pp]rotocol .*(?:not supported|disabled)|transport '.*' not allowed/,
    isPermanent: true,
    sentence:
      'Its address leads elsewhere, to where Slipway does not follow (a password in the address, or less safety): give the address where it is now.',
  },
  {
    pattern: /SSL certificate|certificate verif|server certificate|certificate problem/,
    isPermanent: true,
    sentence:
      'The certificate of its host is not trusted by the machine of the server: add the authority to those of the system.',
  },
  {
    pattern: /returned error: (?:5\d\d|429|408)/,
    isPermanent: false,
    sentence: 'It was not given out, its server failed: try again later.',
    showsLine: true,
  },
  {
    pattern: /fsck error|fsck: |object [0-9a-f]{40,64}: \w+: /,
    isPermanent: true,
    sentence:
      'It contains objects that git refuses, because they could harm someone who clones it: fix its history.',
    showsLine: true,
  },
  {
    pattern: /mismatched algorithms|object format|hash algorithm/,
    isPermanent: true,
    sentence:
      'It names its commits by SHA-256, and Slipway works with SHA-1 only: give a repository of that kind.',
  },
  {
    pattern:
      /early EOF|RPC failed|unexpected disconnect|Connection reset|Empty reply|hung up unexpectedly|broken pipe/i,
    isPermanent: false,
    sentence: 'The connection to it was lost: try again.',
  },
  {
    pattern:
      /Connection refused|[Ff]ailed to connect|Couldn't connect|No route to host|Network is unreachable|timed out/,
    isPermanent: false,
    sentence:
      'Its host does not answer: check that it is running and can be reached from the machine of the server.',
  },
  {
    pattern:
      /not found|not appear to be a git repository|is this a git repository|does not exist|no such repository|not exported|returned error: 4(?:04|10)/i,
    isPermanent: true,
    sentence: 'There is no repository there, or none that can be seen without a log-in.',
  },
]

/** Converts a git error about a source into an explanation. Passwords are masked. */
export function sourceErrorOf(source: string, error: GitError): SourceError {
  const message = error.message
  const fault = faults.find((entry) => entry.pattern.test(message))
  const begin = `The source ${maskPasswords(source)} cannot be used.`
  if (fault === undefined)
    return new SourceError(`${begin} git says: ${message}`, { isPermanent: false, cause: error })
  const line = message.split('\n').find((entry) => fault.pattern.test(entry))
  const shown = fault.showsLine === undefined || line === undefined ? '' : ` (${line.trim()})`
  return new SourceError(`${begin} ${fault.sentence}${shown}`, {
    isPermanent: fault.isPermanent,
    cause: error,
  })
}

/** Returns the error for a fault of the source that was found without git. */
export function badSource(source: string, sentence: string, cause?: unknown): SourceError {
  return new SourceError(`The source ${maskPasswords(source)} cannot be used. ${sentence}`, {
    isPermanent: true,
    cause,
  })
}
