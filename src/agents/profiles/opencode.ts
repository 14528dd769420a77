import type { Profile } from '../profile.ts'

const common = {
  autoupdate: false,
  share: 'disabled',
  permission: { edit: 'ask', bash: 'ask', webfetch: 'ask' },
  // On a busy machine it needs more than its default 5 s to connect to the board, and would continue without it.
  experimental: { mcp_timeout: 30_000 },
}

const version = '1.18.33'

/** Simulates an installed plug-in package: otherwise it downloads the package and its dependencies at every start. */
const nothingToFetch = {
  '.config/opencode/node_modules/.keep': '',
  '.config/opencode/package-lock.json': {
    packages: { '': { dependencies: { '@opencode-ai/plugin': version } } },
  },
}

export const opencode: Profile = {
  id: 'opencode',
  displayName: 'OpenCode',
  kind: 'acp',
  homepage: 'https://opencode.ai',
  tested: true,
  install: {
    version,
    // The binary's own package: the usual package downloads it in an install script.
    packages: { 'opencode-{platform}': version },
    entry: { file: 'node_modules/opencode-{platform}/bin/opencode' },
    runner: 'itself',
    args: ['acp'],
  },
  hint: '',
  command: ['opencode', 'acp'],
  env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
  files: { ...nothingToFetch, '.config/opencode/opencode.json': common },
  gateway: {
    wire: 'openai',
    env: {},
    files: {
      '.config/opencode/opencode.json': {
        ...common,
        model: 'slipway/{model}',
        small_model: 'slipway/{model}',
        provider: {
          slipway: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Slipway',
            options: { baseURL: '{gateway}/openai/v1', apiKey: '{token}' },
            models: { '{model}': { name: '{model}', limit: { context: 200_000, output: 32_000 } } },
          },
        },
      },
    },
    model: 'gpt-5.5',
  },
  login: ['.local/share/opencode/auth.json'],
  session: { modes: { ask: 'build', sandbox: 'build', deny: 'build' }, config: {}, partialUsage: true },
  limits: {},
}
