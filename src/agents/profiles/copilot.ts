import type { Profile } from '../profile.ts'

const args = ['--acp', '--no-auto-update', '--disable-builtin-mcps'] as const

export const copilot: Profile = {
  id: 'copilot',
  displayName: 'GitHub Copilot CLI',
  kind: 'acp',
  homepage: 'https://github.com/github/copilot-cli',
  tested: true,
  install: {
    version: '1.0.102',
    packages: { '@github/copilot-{platform}': '1.0.102' },
    entry: { file: 'node_modules/@github/copilot-{platform}/copilot' },
    runner: 'itself',
    args,
  },
  hint: '',
  command: ['copilot', ...args],
  env: { COPILOT_AUTO_UPDATE: 'false' },
  files: {},
  gateway: {
    wire: 'openai',
    env: {
      COPILOT_PROVIDER_BASE_URL: '{gateway}/openai/v1',
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_PROVIDER_API_KEY: '{token}',
      COPILOT_MODEL: '{model}',
      COPILOT_OFFLINE: 'true',
    },
    files: {},
    model: 'gpt-5.5',
  },
  login: ['.copilot/config.json'],
  session: { modes: {}, config: {} },
  limits: {},
  limitWording: 'copilot',
}
