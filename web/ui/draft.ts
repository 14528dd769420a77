import { useState } from 'react'

/**
 * What somebody is typing is kept in this tab of the browser under the key of what it is for, over navigation and reloads,
 * until it has been sent or thrown away. Nothing secret may be kept so.
 */
const prefix = 'slipway.draft.'

/** What was kept; undefined when nothing was, or it cannot be read. */
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

/** Keeps a draft, or with undefined throws it away. A browser that has no room for it keeps none. */
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

/** A text being typed. Setting it to nothing throws the draft away. */
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

/**
 * Says what happens to a draft once it was sent. A form that is taken off the page by what it sent, before its answer is there, is
 * not asked by the options of `mutate`; a draft has to go all the same. `onFailure` is for failures that nothing else shows.
 */
export function whenSent<T>(
  sending: Promise<T>,
  done: (answer: T) => void,
  onFailure: (error: Error) => void = () => undefined,
): void {
  const follow = async (): Promise<void> => {
    let answer: T
    try {
      answer = await sending
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)))
      return
    }
    done(answer)
  }
  void follow()
}
