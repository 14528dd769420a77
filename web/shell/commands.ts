import { useEffect } from 'react'
import { createStore, useStore } from '../api/store.ts'

/**
 * An action available on the current screen. The palette lists it, `keys` runs it, the help sheet explains it: one list for
 * all three. `keys` is a sequence (`g j`) or a chord (`mod+k`); letters are lower case.
 */
export interface Command {
  readonly id: string
  readonly title: string
  readonly group: string
  readonly keys?: string
  readonly run: () => void
}

const registered = createStore<readonly (readonly Command[])[]>([])

/** Registers the commands while the component is mounted. The list must be stable (`useMemo`). */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    registered.set([...registered.get(), commands])
    return () => registered.set(registered.get().filter((list) => list !== commands))
  }, [commands])
}

/** Returns all available commands, those of the screen first. */
export function useAllCommands(): readonly Command[] {
  return useStore(registered).toReversed().flat()
}

export function allCommands(): readonly Command[] {
  return registered.get().toReversed().flat()
}
