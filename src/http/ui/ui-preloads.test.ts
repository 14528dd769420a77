import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { UiFile } from './ui-files.ts'
import { openPreloads } from './ui-preloads.ts'

const JOB = '01a20c4b-0000-7000-8000-000000000000'

/** A manifest as the build writes it. */
function manifest(modules: Record<string, object> | string): UiFile {
  const text = typeof modules === 'string' ? modules : JSON.stringify(modules)
  return {
    type: 'application/json',
    tag: createHash('sha256').update(text).digest('hex'),
    bytes: new TextEncoder().encode(text),
    compressed: () => Promise.resolve(null),
  }
}

const built = manifest({
  'main.tsx': { file: 'assets/main.js', isEntry: true, imports: ['_shared'] },
  _shared: { file: 'assets/shared.js', imports: ['main.tsx'] },
  'routes/job.tsx': { file: 'assets/job.js', imports: ['_shared'] },
  'board/board.tsx': { file: 'assets/board.js' },
  'board/board.css': { file: 'assets/board.css' },
})

it("a job's page names its scripts, once each, and its first data", () => {
  expect(openPreloads()(built, `/jobs/${JOB}`)).toBe(
    [
      '</theme.js>; rel=preload; as=script',
      '</assets/main.js>; rel=modulepreload',
      '</assets/shared.js>; rel=modulepreload',
      '</assets/job.js>; rel=modulepreload',
      '</assets/board.js>; rel=modulepreload',
      `</api/jobs/${JOB}>; rel=preload; as=fetch; crossorigin`,
      `</api/jobs/${JOB}/tasks>; rel=preload; as=fetch; crossorigin`,
    ].join(', '),
  )
})

it.each(['/', '/jobs', `/jobs/${JOB}`, `/jobs/${JOB}/team`])('the modules of %s exist in web/', (address) => {
  const web = path.resolve(import.meta.dirname, '../../../web')
  const sources = fs.readdirSync(web, { recursive: true, encoding: 'utf8' })
  const asBuilt = manifest(Object.fromEntries(sources.map((name) => [name, { file: `assets/${name}.js` }])))
  expect(openPreloads()(asBuilt, address)).toContain('rel=modulepreload')
})

it.each(['/settings', `/jobs/${JOB}/checks`, '/jobs/a/b/c'])('%s has nothing to preload', (path) => {
  expect(openPreloads()(built, path)).toBeNull()
})

it('a build without the screen, or without a readable manifest, preloads nothing', () => {
  const preloads = openPreloads()
  expect(preloads(null, '/jobs')).toBeNull()
  expect(preloads(built, '/jobs')).toBeNull()
  expect(preloads(manifest({ 'routes/jobs/jobs.tsx': { wrong: true } }), '/jobs')).toBeNull()
})

it('a new build is read when its manifest has changed', () => {
  const preloads = openPreloads()
  expect(preloads(built, '/jobs')).toBeNull()
  const newer = manifest({ 'routes/jobs/jobs.tsx': { file: 'assets/jobs.js' } })
  expect(preloads(newer, '/jobs')).toContain('</assets/jobs.js>; rel=modulepreload')
})
