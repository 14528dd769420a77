import fs from 'node:fs'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { SettingsFile } from '../contract/backend.ts'

/**
 * The settings file, read once when the server starts. It may name programs, so it is only read from where a person put it:
 * the server's data directory, or the path given at the start of the server. Never from where work is done.
 */
export interface ReadSettingsFile {
  readonly path: string
  readonly values: SettingsFile
  /** Describes where a key is in the file. */
  readonly locationOf: (...keys: readonly (string | number)[]) => string
}

const FILE_BYTES = 1_000_000

/** Reads the settings file. Throws an error that names the file, line and key at fault; a missing unnamed file is empty. */
export function readSettingsFile({
  path,
  named,
}: {
  readonly path: string
  readonly named: boolean
}): ReadSettingsFile {
  if (!named && !fs.existsSync(path)) return { path, values: SettingsFile.parse({}), locationOf: () => path }
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines })
  const lineOf = (offset: number): string => `${path}, line ${lines.linePos(offset).line}`
  const [wrong] = [...document.errors, ...document.warnings]
  if (wrong !== undefined) throw new Error(`${lineOf(wrong.pos[0])}: ${firstLine(wrong.message)}`)
  const locationOf = (...keys: readonly (string | number)[]): string =>
    `${lineOf(offsetOf(document, keys))}, ${keys.join('.') || 'the whole'}`
  const value: unknown = document.toJS()
  const parsed = SettingsFile.safeParse(value ?? {})
  if (parsed.success) return { path, values: parsed.data, locationOf }
  const [issue] = parsed.error.issues
  const keys = (issue?.path ?? []).filter((key) => typeof key !== 'symbol')
  if (issue?.code === 'unrecognized_keys')
    throw new Error(`${locationOf(...keys, issue.keys[0] ?? '')}: there is no such setting.`)
  throw new Error(`${locationOf(...keys)}: ${issue?.message ?? 'it is wrong'}.`)
}

/** Whether a backend is defined in the file. */
export function isDefinedIn({ values }: ReadSettingsFile, backend: string): boolean {
  return values.backends.some(({ name }) => name === backend)
}

function readText(path: string): string {
  try {
    const { size } = fs.statSync(path)
    if (size > FILE_BYTES) throw new Error(`it is longer than ${FILE_BYTES / 1000} kB`)
    return fs.readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The file of settings ${path} cannot be read: ${reason}.`, { cause: error })
  }
}

/** Returns the offset of a key in the text, or of the innermost existing node around it. */
function offsetOf(document: Document.Parsed, keys: readonly (string | number)[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const around: unknown = document.getIn(keys.slice(0, depth - 1), true)
    const key = keys[depth - 1]
    const found = isMap(around)
      ? around.items.map((pair) => pair.key).find((name) => isScalar(name) && name.value === key)
      : isSeq(around)
        ? around.items[Number(key)]
        : undefined
    if (isNode(found) && found.range) return found.range[0]
  }
  return document.contents?.range[0] ?? 0
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
