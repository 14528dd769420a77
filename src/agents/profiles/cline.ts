import type { Profile } from '../profile.ts'

const args = ['--acp', '--auto-approve', 'false'] as const
const quiet = { telemetryOptOut: true, autoUpdateEnabled: false }

export const cline: Profile = {
  id: 'cline',
  displayName: 'Cline',
  kind: 'acp',
  homepage: 'https://github.com/cline/cline',
  tested: true,
  install: {
    version: '3.0.65',
    packages: { cline: '3.0.65' },
    entry: { file: 'node_modules/cline/bin/cline' },
    runner: 'node',
    args,
  },
  hint: '',
  command: ['cline', ...args],
  env: {},
  files: { '.cline/data/settings/global-settings.json': quiet },
  gateway: {
    wire: 'openai',
    // Without these it asks for a Cline login regardless of its settings (cline/cline#11662), and uses its own model.
    env: { CLINE_API_KEY: '{token}', CLINE_PROVIDER: 'openai-compatible', CLINE_MODEL: '{model}' },
    files: {
      // It silently replaces a model that it does not know with one that it does.
      '.cline/data/settings/models.json': {
        version: 1,
        providers: { 'openai-compatible': { models: { '{model}': { id: '{model}', name: '{model}' } } } },
      },
      '.cline/data/settings/providers.json': {
        version: 1,
        lastUsedProvider: 'openai-compatible',
        providers: {
          'openai-compatible': {
            settings: {
              provider: 'openai-compatible',
              apiKey: '{token}',
              model: '{model}',
              baseUrl: '{gateway}/openai/v1',
            },
            updatedAt: '2026-01-01T00:00:00.000Z',
            tokenSource: 'manual',
          },
        },
      },
    },
    model: 'gpt-5.5',
  },
  login: ['.cline/data/settings/providers.json'],
  session: { modes: {}, config: {} },
  limits: {},
}
