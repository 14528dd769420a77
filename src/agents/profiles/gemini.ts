import type { Profile } from '../profile.ts'

export const gemini: Profile = {
  id: 'gemini',
  displayName: 'Gemini CLI',
  kind: 'acp',
  homepage: 'https://github.com/google-gemini/gemini-cli',
  tested: true,
  install: {
    version: '0.61.0',
    packages: { '@google/gemini-cli': '0.61.0' },
    entry: { file: 'node_modules/@google/gemini-cli/bundle/gemini.js' },
    runner: 'node',
    args: ['--acp'],
  },
  hint: '',
  command: ['gemini', '--acp'],
  env: { GEMINI_CLI_NO_RELAUNCH: 'true', GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  files: {
    '.gemini/settings.json': {
      security: { auth: { selectedType: 'oauth-personal' } },
      privacy: { usageStatisticsEnabled: false },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
    },
  },
  gateway: {
    wire: 'gemini',
    env: {
      GEMINI_API_KEY: '{token}',
      GOOGLE_GEMINI_BASE_URL: '{gateway}/gemini',
      GEMINI_MODEL: '{model}',
    },
    files: {
      '.gemini/settings.json': {
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, enableAutoUpdate: false },
      },
    },
    model: null,
  },
  login: ['.gemini/oauth_creds.json'],
  // Loading a session within the minute in which it was created destroys it (google-gemini/gemini-cli#28693).
  session: {
    modes: { ask: 'default', sandbox: 'default', deny: 'default' },
    config: {},
    brokenLoad: true,
    ownFiles: true,
  },
  limits: {},
  limitWording: 'gemini',
}
