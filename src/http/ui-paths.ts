/** The pages of the UI by the first part of their path; its router knows what lies below. `/health` is JSON for programs. */
const below = ['log-in', 'jobs', 'backends', 'settings']

/** The same as patterns of routes. */
export const pagePatterns: readonly string[] = ['/', ...below.flatMap((name) => [`/${name}`, `/${name}/*`])]

/** Whether a path is a page of the UI. */
export function isUiPath(path: string): boolean {
  return path === '/' || path === '/health' || below.includes(/^\/([^/]+)/.exec(path)?.[1] ?? '')
}

/** Whether a path is a file that the pages are made of: hashed assets, and what stands beside the page. */
export function isAssetPath(path: string): boolean {
  return /^\/assets\/[\w.-]+(?:\/[\w.-]+)*$|^\/[\w-]+\.(?:js|ico|svg|png|webmanifest|txt|woff2)$/.test(path)
}
