import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CompactEncrypt, compactDecrypt, type JWEHeaderParameters } from 'jose'
import { AppError } from '../lib/app-error.ts'
import { createOnce } from '../lib/create-once.ts'

/**
 * Encrypts secrets for the database (JWE, A256GCM) with a key in a file next to it that only its owner can read. Each sealed
 * text contains the id of the key and the authenticated name of the secret: it can be opened under that name only.
 */
export interface Vault {
  seal(name: string, value: string): Promise<string>
  /** Throws `AppError` when the text was sealed with another key or under another name. */
  open(name: string, sealed: string): Promise<string>
}

interface KeyFile {
  readonly kid: string
  readonly key: string
}

/** Opens the vault of a data directory; creates the key at the first start. */
export function openVault(dataDir: string): Vault {
  const file = path.join(dataDir, 'secrets.key')
  const { kid, key } = readKey(file)
  const bytes = Buffer.from(key, 'base64url')
  return {
    seal: (name, value) =>
      new CompactEncrypt(new TextEncoder().encode(value))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, sub: name })
        .encrypt(bytes),
    async open(name, sealed) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(sealed, bytes, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        if (subjectOf(protectedHeader) !== name) throw new Error('it was sealed under another name')
        return new TextDecoder().decode(plaintext)
      } catch (error) {
        throw new AppError(
          'secret_unreadable',
          `The secret "${name}" cannot be read with the key in ${file}: set it again (slipway secrets set ${name}).`,
          { cause: error },
        )
      }
    },
  }
}

function subjectOf(header: JWEHeaderParameters): unknown {
  return header['sub']
}

function readKey(file: string): KeyFile {
  const made = createOnce(file, () => {
    const created: KeyFile = {
      kid: randomBytes(6).toString('base64url'),
      key: randomBytes(32).toString('base64url'),
    }
    return `${JSON.stringify(created)}\n`
  })
  const found: unknown = JSON.parse(made)
  if (isKeyFile(found)) return found
  throw new Error(
    `The key of the secrets in ${file} is damaged: restore the file, or remove it and set every secret again.`,
  )
}

function isKeyFile(value: unknown): value is KeyFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kid' in value &&
    typeof value.kid === 'string' &&
    'key' in value &&
    typeof value.key === 'string' &&
    Buffer.from(value.key, 'base64url').length === 32
  )
}
