import type { CustomBackend } from '../contract/backend.ts'
import { plainSession, type Install, type Profile } from './profile.ts'

/** Returns the profile of a backend that a person added: their own program, or an npm package that Slipway installs. */
export function customProfile(custom: CustomBackend): Profile {
  const [program = '', ...args] = custom.command
  const install = custom.package === undefined ? null : packageInstall(custom.package, program, args)
  return {
    id: custom.name,
    displayName: custom.display_name ?? custom.name,
    kind: custom.kind ?? 'acp',
    homepage: '',
    tested: false,
    install,
    hint: install === null ? "install it, or correct the backend's command in the settings" : '',
    command: [program, ...args],
    ...(custom.kind === 'command' ? { prompt: custom.prompt ?? 'stdin' } : {}),
    env: custom.env,
    files: {},
    gateway: custom.wire === undefined ? null : { wire: custom.wire, env: {}, files: {}, model: null },
    login: [],
    session: plainSession,
    limits: {},
  }
}

function packageInstall(spec: string, bin: string, args: readonly string[]): Install {
  const at = spec.lastIndexOf('@')
  const version = spec.slice(at + 1)
  return { version, packages: { [spec.slice(0, at)]: version }, entry: { bin }, runner: 'node', args }
}
