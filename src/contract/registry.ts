import { z } from 'zod'
import { CustomBackend } from './backend.ts'
import { PlainText } from './plain-text.ts'

const Start = z.object({
  args: z.array(PlainText.max(4096)).max(60).default([]),
  env: z.record(PlainText.max(200), PlainText.max(4096)).default({}),
})

/** An agent as described by the registry of the Agent Client Protocol; fields that Slipway does not need are ignored. */
export const RegistryEntry = z.object({
  id: PlainText.max(200),
  name: PlainText.trim().min(1).max(100),
  version: PlainText.max(100),
  distribution: z.object({
    npx: Start.extend({ package: PlainText.max(300) }).optional(),
    uvx: Start.extend({ package: PlainText.max(300) }).optional(),
    binary: z.record(PlainText.max(200), Start.extend({ cmd: PlainText.min(1).max(1000) })).optional(),
  }),
})
export type RegistryEntry = z.infer<typeof RegistryEntry>

/** A backend to be added from its registry entry. `name` is its local name; defaults to the entry's id. */
export const RegistryBackend = z.strictObject({
  registry: RegistryEntry,
  name: CustomBackend.shape.name.optional(),
})
export type RegistryBackend = z.infer<typeof RegistryBackend>

/**
 * Returns the backend that an entry describes; null when it offers no way to start it on this platform. An npm package is
 * installed by Slipway at its exact version; for the others a person has to make sure that the program is in PATH.
 */
export function backendOfEntry({ registry, name }: RegistryBackend, platform: string): unknown {
  const { npx, uvx, binary } = registry.distribution
  const about = { name: name ?? registry.id, display_name: registry.name, kind: 'acp' }
  if (npx !== undefined) {
    const spec = /.@[^/]+$/.test(npx.package) ? npx.package : `${npx.package}@${registry.version}`
    const program = spec.slice(0, spec.lastIndexOf('@')).split('/').at(-1)
    return { ...about, package: spec, command: [program, ...npx.args], env: npx.env }
  }
  const own = binary?.[platform]
  if (own !== undefined)
    return { ...about, command: [own.cmd.split(/[/\\]/).at(-1), ...own.args], env: own.env }
  return uvx === undefined ? null : { ...about, command: ['uvx', uvx.package, ...uvx.args], env: uvx.env }
}
