/**
 * Which commands prove a job: those the person named, together with those of the plan; then those a solo agent left;
 * and only when nobody named any, what the repository itself says about how it is tested.
 */
export function checkCommands(from: {
  readonly wanted: readonly string[]
  readonly planned: readonly string[]
  readonly left: readonly string[]
  readonly files: { readonly files: readonly { readonly path: string }[] }
}): string[] {
  const named = [...new Set([...from.wanted, ...from.planned, ...from.left])]
  if (named.length > 0) return named
  const has = (path: string): boolean => from.files.files.some((file) => file.path === path)
  if (
    has('package.json') &&
    from.files.files.some((file) => /(^|\/)[^/]+\.(test|spec)\.[cm]?[jt]s$/.test(file.path))
  )
    return ['npm test']
  if (has('Cargo.toml')) return ['cargo test']
  if (has('go.mod')) return ['go test ./...']
  if (has('pyproject.toml') || has('pytest.ini')) return ['python3 -m pytest']
  return []
}
