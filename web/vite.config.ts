import path from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * The UI as static files in `web/dist`, names hashed, nothing inline (the page's security policy forbids it).
 * `npm run dev` serves it from the sources in front of a running server: SLIPWAY_URL says where that is, and
 * SLIPWAY_TOKEN (`slipway token`) opens it without a log-in.
 */
const server = process.env['SLIPWAY_URL'] ?? 'http://127.0.0.1:7420'
const token = process.env['SLIPWAY_TOKEN']

/** The server answers only under its own name and to its own pages: in development we are one of them. */
const proxy = {
  target: server,
  changeOrigin: true,
  headers: { origin: server, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
}

/** Everything below `/api`, but for the modules of `web/api`, which have that address in development. */
const serverCalls = '^/api/(?![\\w-]+\\.ts(\\?|$))'

/** `/health` is a screen to people and facts to programs: who asks for a page gets the page. */
const pageOf = (request: { headers: { accept?: string | undefined } }): string | undefined =>
  request.headers.accept?.includes('text/html') === true ? '/index.html' : undefined

const jsonSchemaFiles: Readonly<Record<string, readonly string[]>> = {
  'json-schema-processors': ['toJSONSchema', 'allProcessors'],
  'to-json-schema': [
    'createToJSONSchemaMethod',
    'createStandardJSONSchemaMethod',
    'initializeContext',
    'handleUnrepresentable',
    'process',
    'processSchema',
    'extractDefs',
    'finalize',
  ],
}

/** Zod can write its schemas as JSON Schema, which the server does and a browser never: that half of it stays at home. */
function withoutJsonSchema(): Plugin {
  return {
    name: 'without-json-schema',
    enforce: 'pre',
    load(id) {
      const file = /[\\/]zod[\\/]v4[\\/]core[\\/]([\w-]+)\.js$/.exec(id)?.[1]
      const names = jsonSchemaFiles[file ?? '']
      return names?.map((name) => `export const ${name} = () => undefined`).join('\n') ?? null
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), withoutJsonSchema()],
  cacheDir: path.join(import.meta.dirname, '..', '.cache', 'vite'),
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The themes are made with light-dark(): let it through to the browsers that have it (all since 2024).
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Read by the server (src/http/ui-preloads.ts) and by scripts/web-budget.mjs.
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    // Few files: a browser asks for six at a time, and each question costs more than the few bytes it brings.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'shell', tags: ['$initial'], priority: 4 },
            { name: 'icons', test: /[\\/]lucide-react[\\/]/, minShareCount: 2, priority: 3 },
            { name: 'shared', test: /[\\/](web|src)[\\/]/, minShareCount: 4, priority: 2 },
          ],
        },
      },
    },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { [serverCalls]: proxy, '/git': proxy, '/health': { ...proxy, bypass: pageOf } },
    fs: { allow: ['..'] },
  },
})
