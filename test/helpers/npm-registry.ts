import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

/** A package registry on loopback that has exactly one package: what a real npm installs in tests, without a network. */
export interface TestRegistry {
  readonly url: string
  close(): Promise<void>
}

export interface TestPackage {
  readonly name: string
  readonly version: string
  readonly manifest: object
  readonly files: Readonly<Record<string, string>>
}

export async function startTestRegistry(pack: TestPackage): Promise<TestRegistry> {
  const tarball = packed(pack)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const server = http.createServer((request, response) => {
    if (request.url === `/${pack.name}.tgz`) return response.end(tarball)
    if (request.url !== `/${pack.name}`) return response.writeHead(404).end('{}')
    const dist = { tarball: `${address(server)}/${pack.name}.tgz`, integrity }
    const version = { name: pack.name, version: pack.version, ...pack.manifest, dist }
    return response.end(
      JSON.stringify({
        name: pack.name,
        'dist-tags': { latest: pack.version },
        versions: { [pack.version]: version },
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: address(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function address(server: http.Server): string {
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('the registry does not listen')
  return `http://127.0.0.1:${listening.port}`
}

function packed({ name, version, manifest, files }: TestPackage): Buffer {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-pack-'))
  const all = { ...files, 'package.json': JSON.stringify({ name, version, ...manifest }) }
  fs.mkdirSync(path.join(dir, 'package'))
  for (const [file, text] of Object.entries(all)) fs.writeFileSync(path.join(dir, 'package', file), text)
  const tarball = execFileSync('tar', ['-cz', '-C', dir, 'package'])
  fs.rmSync(dir, { recursive: true })
  return tarball
}
