import { expect, it } from 'vitest'
import { Settings, SettingsFile } from '../contract/backend.ts'
import { splitForStore, mergeSettings } from './settings-in-force.ts'

const backend = (name: string, program: string) => ({ name, command: [program] })
const stored = Settings.parse({
  default_backend: 'codex',
  backends: [backend('mine', 'old'), backend('other', 'x')],
  defaults: { mode: 'solo', parallelism: 7 },
  limits: { codex: { turn: 1 }, gemini: { turn: 2 } },
  retention: { days: 7, gigabytes: 5 },
})
const says = SettingsFile.parse({
  default_backend: 'mine',
  backends: [backend('mine', 'new')],
  defaults: { mode: 'team' },
  limits: { codex: { start: 3 } },
  retention: { days: 30 },
})
const inForce = mergeSettings(stored, says)

it('settings of the file take precedence over those of people, and the rest is kept', () => {
  expect(inForce).toEqual(
    Settings.parse({
      default_backend: 'mine',
      backends: [backend('mine', 'new'), backend('other', 'x')],
      defaults: { mode: 'team', parallelism: 7 },
      limits: { codex: { start: 3 }, gemini: { turn: 2 } },
      retention: { days: 30, gigabytes: 5 },
    }),
  )
  expect(mergeSettings(stored, SettingsFile.parse({}))).toEqual(stored)
})

it('settings that the file overrides stay stored, in case the file is removed', () => {
  expect(splitForStore(inForce, stored, says)).toEqual({
    store: { ...stored, backends: stored.backends.toReversed() },
  })
  const wanted = {
    ...inForce,
    backends: [backend('mine', 'new'), backend('third', 'y')],
    limits: says.limits,
  }
  expect(splitForStore(Settings.parse(wanted), stored, says)).toEqual({
    store: Settings.parse({
      ...stored,
      backends: [backend('third', 'y'), backend('mine', 'old')],
      limits: { codex: { turn: 1 } },
    }),
  })
  expect(splitForStore(stored, stored, SettingsFile.parse({}))).toEqual({ store: stored })
})

it.each([
  [{ default_backend: 'codex' }, 'The default backend'],
  [{ default_backend: null }, 'The default backend'],
  [{ backends: [] }, 'The backend "mine"'],
  [{ backends: [backend('mine', 'newer')] }, 'The backend "mine"'],
  [{ defaults: { mode: 'solo' } }, 'The default "mode" of new jobs'],
  [{ limits: { codex: { start: 4 } } }, 'What is set for the limits of "codex"'],
  [{ limits: {} }, 'What is set for the limits of "codex"'],
  [{ retention: { days: 8, gigabytes: 5 } }, 'How long jobs are kept'],
])('a setting of the file can be changed only in the file: %j', (change, fixed) => {
  expect(splitForStore(Settings.parse({ ...inForce, ...change }), stored, says)).toEqual({ fixed })
})
