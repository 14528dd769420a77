import { expect, it } from 'vitest'
import { GitError, maskPasswords } from '../git/git.ts'
import { sourceErrorOf } from './source-error.ts'

const source = 'https://example.org/a.git'
const at = `'${source}/'`

/** Messages of git 2.39, OpenSSH 9 and curl 7.88, and whether a retry can help. */
it.each<[string, boolean, RegExp]>([
  [`fatal: repository ${at} not found`, true, /no repository there/],
  [`fatal: '/x' does not appear to be a git repository`, true, /no repository there/],
  [`fatal: unable to access ${at}: The requested URL returned error: 404`, true, /no repository there/],
  ['fatal: remote error: access denied or repository not exported: /x', true, /no repository there/],
  [
    'ERROR: Repository not found.\nfatal: Could not read from remote repository.',
    true,
    /no repository there/,
  ],
  [`fatal: could not read Username for 'https://example.org': terminal prompts disabled`, true, /log-in/],
  [`fatal: Authentication failed for ${at}`, true, /log-in/],
  [`fatal: unable to access ${at}: The requested URL returned error: 403`, true, /log-in/],
  ['git@example.org: Permission denied (publickey).', true, /ssh address/],
  ['Host key verification failed.', true, /connect to it once with ssh/],
  [
    `fatal: unable to update url base from redirection:\n  asked for: a\n   redirect: b`,
    true,
    /leads elsewhere/,
  ],
  [`fatal: unable to access ${at}: Protocol "http" not supported or disabled in libcurl`, true, /elsewhere/],
  [`fatal: unable to access ${at}: SSL certificate problem: certificate has expired`, true, /certificate/],
  [
    `fatal: unable to access ${at}: server certificate verification failed. CAfile: none`,
    true,
    /certificate/,
  ],
  ['error: object 0123456789012345678901234567890123456789: hasDotgit: contains .git', true, /hasDotgit/],
  [`fatal: mismatched algorithms: client sha1; server sha256`, true, /SHA-256/],
  ['it took too long, or was stopped', false, /did not answer in time/],
  [`fatal: unable to access ${at}: Could not resolve host: example.org`, false, /cannot be found/],
  ['ssh: Could not resolve hostname example.org: Name or service not known', false, /cannot be found/],
  ['fatal: unable to look up example.org (port 9418) (Name or service not known)', false, /cannot be found/],
  ['ssh: connect to host 127.0.0.1 port 1: Connection refused', false, /Its host does not answer/],
  [
    `fatal: unable to access ${at}: Failed to connect to example.org port 443`,
    false,
    /Its host does not answer/,
  ],
  ['ssh: connect to host 10.0.0.1 port 22: Connection timed out', false, /Its host does not answer/],
  [`fatal: unable to access ${at}: The requested URL returned error: 503`, false, /server failed.*503/],
  [`fatal: unable to access ${at}: The requested URL returned error: 429`, false, /server failed.*429/],
  ['error: RPC failed; curl 18 transfer closed\nfatal: early EOF', false, /connection to it was lost/],
  ['fatal: the sky is blue', false, /git says: .*the sky is blue/],
])('%j (for good: %s)', (said, isPermanent, sentence) => {
  const error = sourceErrorOf(source, new GitError(`git ls-remote failed: ${said}`))
  expect({ message: error.message, isPermanent: error.isPermanent }).toEqual({
    message: expect.stringMatching(sentence),
    isPermanent,
  })
  expect(error.message).toMatch(/^The source https:\/\/example\.org\/a\.git cannot be used\. [A-Zgs]/)
})

it.each([
  `fatal: unable to access 'https://me:TOKEN@example.org/a.git/': no`,
  `fatal: could not read Password for 'https://TOKEN@example.org': no`,
  `asked for: http://a:TO@KEN@127.0.0.1:1/x and https://example.org/a?private_token=TOKEN&x=1 too`,
  'https://example.org/a?X-Amz-Signature-Key=TOKEN',
])('%j is reported without its password', (text) => {
  const masked = maskPasswords(text)
  expect(masked).not.toMatch(/TOKEN|KEN@/)
  expect(masked.replaceAll(/\s.*/g, '')).toBe(text.replaceAll(/\s.*/g, '').replace('TOKEN', '…'))
})
