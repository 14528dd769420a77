import path from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * Builds the UI as static files in `web/dist`, with hashed names and nothing inline (the page's security policy forbids it).
 * `npm run dev` serves it from the sources in front of a running server: SLIPWAY_URL is its address, and SLIPWAY_TOKEN
 * (`slipway token`) replaces the log-in.
 */
const server = process.env['SLIPWAY_URL'] ?? 'http://127.0.0.1:7420'
const token = process.env['SLIPWAY_TOKEN']

/**
 * The server responds only under its own host and to its own pages, so the proxy presents the development page as one of
 * them.
 */
const proxy = {
  target: server,
  changeOrigin: true,
  headers: { origin: server, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
}

/** Everything below `/api`, except the modules of `web/api`, which have that path in development. */
const serverCalls = '^/api/(?![\\w-]+\\.ts(\\?|$))'

/** `/health` is a screen for people and JSON for programs: a request that accepts HTML gets the page. */
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

/** Removes the half of zod that writes JSON Schema, which only the server needs. */
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

/**
 * Lets the bundler leave out the schemas that no page parses with, such as the body of a new job. A schema is made by calls,
 * which the bundler keeps because they might do something; as a pure function called at once it can go.
 */
function withoutUnusedSchemas(): Plugin {
  return {
    name: 'without-unused-schemas',
    apply: 'build',
    transform: {
      filter: { id: /[\\/]src[\\/]contract[\\/][\w-]+\.ts$/ },
      handler(code) {
        const parts: string[] = []
        let end = 0
        for (const statement of this.parse(code).body) {
          const constant = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
          if (constant?.type !== 'VariableDeclaration') continue
          for (const { init } of constant.declarations) {
            if (init?.type !== 'CallExpression' && init?.type !== 'ObjectExpression') continue
            parts.push(
              code.slice(end, init.start),
              `/*#__PURE__*/ (() => (${code.slice(init.start, init.end)}))()`,
            )
            end = init.end
          }
        }
        return parts.join('') + code.slice(end)
      },
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), withoutJsonSchema(), withoutUnusedSchemas()],
  cacheDir: path.join(import.meta.dirname, '..', '.cache', 'vite'),
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The themes use light-dark(): keep it for the browsers that support it (all since 2024).
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Read by the server (src/http/ui/ui-preloads.ts) and by scripts/web-budget.mjs.
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    // Few files, because a browser fetches six at a time, and each request costs more than a few more bytes.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'shell', tags: ['$initial'], priority: 4 },
            { name: 'icons', test: /[\\/]lucide-react[\\/]/, minShareCount: 2, priority: 3 },
            { name: 'shared', test: /[\\/](web|src)[\\/]/, minShareCount: 5, priority: 2 },
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
