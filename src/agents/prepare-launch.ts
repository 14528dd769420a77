import fs from 'node:fs'
import path from 'node:path'
import { writeInside } from '../lib/inside-files.ts'
import type { Launch } from './backend.ts'
import { fill, fillEnv, type Values } from './placeholders.ts'
import type { GatewayUse, Profile } from './profile.ts'
import type { Speech } from './model-route.ts'

/** An attempt's access to models: the gateway's address and the attempt's token for it, or null for the agent's own login. */
export interface Access {
  readonly gateway: { readonly url: string; readonly token: string; readonly speech: Speech } | null
  /** The model chosen by a person; null leaves the choice to the profile. */
  readonly model: string | null
}

export interface Prepared {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly readable: readonly string[]
}

/** The path of each protocol below the gateway's address, including its version. */
const bases: Readonly<Record<Speech, string>> = {
  anthropic: '/anthropic/v1',
  openai: '/openai/v1',
  'openai-responses': '/openai/v1',
  gemini: '/gemini/v1beta',
}

/**
 * Prepares an attempt's HOME for its agent, and fills in the profile's placeholders. `ownHome` is the HOME of the person
 * whose login the agent uses when it does not go through the gateway. Throws when a file cannot be written.
 */
export async function prepareLaunch(
  profile: Profile,
  launch: Launch,
  access: Access,
  homes: { readonly home: string; readonly ownHome: string },
): Promise<Prepared> {
  const use = access.gateway === null ? null : profile.gateway
  const values = valuesOf(access, use, launch, homes.home)
  await fs.promises.mkdir(homes.home, { recursive: true, mode: 0o700 })
  if (use === null) await copyLogin(profile.login, homes)
  for (const [name, content] of Object.entries({ ...profile.files, ...use?.files })) {
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
    await writeInside(homes.home, name, withoutOpen(fill(text, values)))
  }
  return {
    command: launch.command.map((arg) => fill(arg, values)),
    env: { ...fillEnv({ ...profile.env, ...use?.env }, values), ...pathOf(launch) },
    readable: launch.readable,
  }
}

function valuesOf(access: Access, use: GatewayUse | null, launch: Launch, home: string): Values {
  const { gateway } = access
  return {
    gateway: gateway?.url ?? null,
    base: gateway === null ? null : `${gateway.url}${bases[gateway.speech]}`,
    speech: gateway?.speech ?? null,
    token: gateway?.token ?? null,
    model: access.model ?? use?.model ?? null,
    home,
    install: launch.installDir,
  }
}

function pathOf(launch: Launch): Record<string, string> {
  return launch.path.length === 0 ? {} : { PATH: launch.path.join(':') }
}

/** Removes the lines of a settings file that contain a placeholder without a value. */
function withoutOpen(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/\{(gateway|base|speech|token|model)\}/.test(line))
    .join('\n')
}

async function copyLogin(
  files: readonly string[],
  { home, ownHome }: { readonly home: string; readonly ownHome: string },
): Promise<void> {
  for (const name of files) {
    const from = path.join(ownHome, name)
    if (fs.existsSync(from)) await writeInside(home, name, await fs.promises.readFile(from))
  }
}
