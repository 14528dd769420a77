import fs from 'node:fs'
import path from 'node:path'
import type { BackendView, CustomBackend, Settings } from '../contract/backend.ts'
import type { Backend, Detection } from './backend.ts'

/**
 * Which backends there are: the built-in ones and those added in settings. Detection looks at the machine each time
 * it is asked, so that what a person has just installed is seen without a restart.
 */
export interface Catalogue {
  list(settings: Settings): Promise<BackendView[]>
  find(settings: Settings, name: string): Backend | null
}

export interface CatalogueOptions {
  readonly version: string
  /** The root of the Slipway package, where the offline demo lives. */
  readonly packageRoot: string
  readonly nodePath: string
  /** Where commands are looked up, as in PATH. */
  readonly searchPath: string
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const offline = offlineDemo(options)
  const all = (settings: Settings): Backend[] => [
    ...settings.backends.map((custom) => customBackend(custom, options)),
    offline,
  ]
  return {
    find: (settings, name) => all(settings).find((backend) => backend.name === name) ?? null,
    async list(settings) {
      const backends = all(settings)
      const detected = await Promise.all(backends.map((backend) => backend.detect()))
      const available = backends.filter((_, index) => detected[index]?.available)
      const wanted = available.find((backend) => backend.name === settings.default_backend)
      const standard = wanted ?? available[0]
      return backends.map((backend, index) => ({
        name: backend.name,
        display_name: backend.displayName,
        kind: backend.kind,
        available: detected[index]?.available ?? false,
        reason: detected[index]?.reason ?? null,
        version: detected[index]?.version ?? null,
        default: backend === standard,
      }))
    },
  }
}

function offlineDemo(options: CatalogueOptions): Backend {
  const program = path.join(options.packageRoot, 'src', 'agents', 'offline', 'main.ts')
  return {
    name: 'offline',
    displayName: 'Offline demo',
    kind: 'offline',
    command: [options.nodePath, program],
    env: {},
    readable: [options.packageRoot, path.dirname(options.nodePath)],
    async detect() {
      try {
        await fs.promises.access(program, fs.constants.R_OK)
        return { available: true, reason: null, version: options.version }
      } catch (error) {
        return {
          available: false,
          reason: `Its program cannot be read (${said(error)}): install Slipway again.`,
          version: null,
        }
      }
    },
  }
}

function customBackend(custom: CustomBackend, options: CatalogueOptions): Backend {
  const [program = ''] = custom.command
  return {
    name: custom.name,
    displayName: custom.display_name ?? custom.name,
    kind: 'acp',
    command: custom.command,
    env: custom.env,
    readable: custom.command.filter((part) => path.isAbsolute(part)),
    detect: () => detectCommand(program, options.searchPath),
  }
}

async function detectCommand(program: string, searchPath: string): Promise<Detection> {
  const candidates = path.isAbsolute(program)
    ? [program]
    : searchPath.split(':').map((dir) => path.join(dir, program))
  let reason = `The command "${program}" was not found: install it, or correct the backend's command in the settings.`
  for (const candidate of candidates) {
    try {
      await fs.promises.access(candidate, fs.constants.X_OK)
      return { available: true, reason: null, version: null }
    } catch (error) {
      if (!said(error).includes('ENOENT'))
        reason = `The command "${candidate}" cannot be run (${said(error)}): mend its permissions.`
    }
  }
  return { available: false, reason, version: null }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
