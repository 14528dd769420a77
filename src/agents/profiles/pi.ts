import type { Profile } from '../profile.ts'

const quiet = { quietStartup: true, enableTelemetry: false }

export const pi: Profile = {
  id: 'pi',
  displayName: 'pi',
  kind: 'acp',
  homepage: 'https://github.com/earendil-works/pi',
  tested: true,
  install: {
    version: '0.0.34',
    packages: { 'pi-acp': '0.0.34', '@earendil-works/pi-coding-agent': '0.87.0' },
    entry: { file: 'node_modules/pi-acp/dist/index.js' },
    runner: 'node',
    args: [],
    path: ['node_modules/.bin'],
  },
  hint: '',
  command: ['pi-acp'],
  env: { PI_OFFLINE: '1', PI_TELEMETRY: '0' },
  files: { '.pi/agent/settings.json': quiet },
  gateway: {
    wire: 'openai',
    env: {},
    files: {
      '.pi/agent/settings.json': { ...quiet, defaultProvider: 'slipway', defaultModel: '{model}' },
      '.pi/agent/models.json': {
        providers: {
          slipway: {
            baseUrl: '{gateway}/openai/v1',
            api: 'openai-completions',
            apiKey: '{token}',
            models: [
              {
                id: '{model}',
                name: '{model}',
                reasoning: false,
                input: ['text'],
                cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
                contextWindow: 200_000,
                maxTokens: 32_000,
              },
            ],
          },
        },
      },
    },
    model: 'gpt-5.5',
  },
  login: ['.pi/agent/auth.json'],
  session: { modes: {}, config: {} },
  limits: {},
}
