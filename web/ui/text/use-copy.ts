import { useEffect, useRef, useState } from 'react'
import { showFailure } from '../overlays/toast.tsx'

const copiedMs = 1_500

/** Copies text; `isCopied` is true for a moment afterwards. `copy` returns false when the browser refused, which is shown. */
export function useCopy(): { readonly isCopied: boolean; copy(text: string): Promise<boolean> } {
  const [isCopied, setIsCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = async (text: string): Promise<boolean> => {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      showFailure(new Error(`The browser does not let pages copy here. Copy it by hand: ${text}`))
      return false
    }
    clearTimeout(timer.current)
    setIsCopied(true)
    timer.current = setTimeout(() => setIsCopied(false), copiedMs)
    return true
  }
  return { isCopied, copy }
}
