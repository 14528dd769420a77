import { useEffect } from 'react'
import { createStore, useStore } from '../api/store.ts'
import { allCommands } from './commands.ts'

const key = 'slipway.shortcuts'
const usesLetters = createStore(localStorage.getItem(key) !== 'off')

/** Whether plain letters are shortcuts. Can be disabled for speech input or accidental typing. */
export function useLetterShortcuts(): boolean {
  return useStore(usesLetters)
}

export function setLetterShortcuts(isOn: boolean): void {
  localStorage.setItem(key, isOn ? 'on' : 'off')
  usesLetters.set(isOn)
}

/** The maximum time in ms between the keys of a sequence. */
const sequenceMs = 1_200

/** Handles the keys of all commands while the component is mounted. Keys typed into a field are ignored. */
export function useShortcuts(): void {
  useEffect(() => {
    let typed = ''
    let at = 0
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.key === 'Shift') return
      const stroke = strokeOf(event)
      if (!stroke.startsWith('mod+') && (isTyping(event.target) || !usesLetters.get())) return
      const sequence = Date.now() - at < sequenceMs && typed !== '' ? `${typed} ${stroke}` : stroke
      const command = allCommands().find(({ keys }) => keys === sequence || keys === stroke)
      typed = command === undefined ? stroke : ''
      at = Date.now()
      if (command === undefined) return
      event.preventDefault()
      command.run()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function strokeOf(event: KeyboardEvent): string {
  const modifier = event.metaKey || event.ctrlKey ? 'mod+' : ''
  return `${modifier}${event.altKey ? 'alt+' : ''}${event.key.toLowerCase()}`
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
