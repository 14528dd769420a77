import { useState } from 'react'

/**
 * Stores unfinished input in this browser tab under a key, across navigation and reloads, until it is sent or discarded.
 * Secrets must not be stored here.
 */
const prefix = 'slipway.draft.'

/** Returns a stored draft; undefined when there is none, or it cannot be read. */
export function readDraft(key: string): unknown {
  const kept = sessionStorage.getItem(prefix + key)
  if (kept === null) return undefined
  try {
    const value: unknown = JSON.parse(kept)
    return value
  } catch {
    return undefined
  }
}

/** Stores a draft, or removes it when the value is undefined. Nothing is stored when the browser's storage is full. */
export function writeDraft(key: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(prefix + key)
    else sessionStorage.setItem(prefix + key, JSON.stringify(value))
  } catch {
    sessionStorage.removeItem(prefix + key)
  }
}

export function hasDraft(key: string): boolean {
  return readDraft(key) !== undefined
}

/** A text draft. Setting it to the empty string removes the stored draft. */
export function useTextDraft(key: string): readonly [text: string, setText: (text: string) => void] {
  const [typed, setTyped] = useState(() => ({ key, text: readText(key) }))
  const now = typed.key === key ? typed : { key, text: readText(key) }
  if (now !== typed) setTyped(now)
  return [
    now.text,
    (text) => {
      writeDraft(key, text === '' ? undefined : text)
      setTyped({ key, text })
    },
  ]
}

function readText(key: string): string {
  const kept = readDraft(key)
  return typeof kept === 'string' ? kept : ''
}
