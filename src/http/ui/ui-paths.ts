/** The first path segment of the UI's pages; its router handles the rest. `/health` is JSON for programs. */
const below = ['log-in', 'jobs', 'backends', 'settings']

/** The same as route patterns. */
export const pagePatterns: readonly string[] = ['/', ...below.flatMap((name) => [`/${name}`, `/${name}/*`])]

/** Whether a path is a page of the UI. */
export function isUiPath(path: string): boolean {
  return path === '/' || path === '/health' || below.includes(/^\/([^/]+)/.exec(path)?.[1] ?? '')
}

/** Whether a path is a file of the UI: a hashed asset, or a file next to the page. */
export function isAssetPath(path: string): boolean {
  return /^\/assets\/[\w.-]+(?:\/[\w.-]+)*$|^\/[\w-]+\.(?:js|ico|svg|png|webmanifest|txt|woff2)$/.test(path)
}
