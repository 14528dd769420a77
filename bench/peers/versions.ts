/** The peers, at the versions that are measured. The first package is the product. */
export const peers = {
  kanban: { name: 'Cline Kanban', packages: ['kanban@0.1.70'] },
  // Its server runs on Bun. Its own library for terminals needs a newer C library than many machines have; nothing that is
  // measured opens a terminal, so it is given the one of the package that it is made from.
  fulcrum: {
    name: 'Fulcrum',
    packages: ['@knowsuchagency/fulcrum@5.14.18', '@oven/bun-linux-x64@1.4.5', 'bun-pty@0.4.11'],
  },
} as const

export type PeerId = keyof typeof peers

/** Returns the version in `name@version`. */
export function versionIn(spec: string): string {
  return spec.slice(spec.lastIndexOf('@') + 1)
}
