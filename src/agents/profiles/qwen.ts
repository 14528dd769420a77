import type { Profile } from '../profile.ts'

const common = {
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { disableAutoUpdate: true, enableAutoUpdate: false },
  tools: { toolSearch: { enabled: false } },
}

export const qwen: Profile = {
  id: 'qwen',
  displayName: 'Qwen Code',
  kind: 'acp',
  homepage: 'https://github.com/QwenLM/qwen-code',
  tested: true,
  install: {
    version: '0.24.4',
    packages: { '@qwen-code/qwen-code': '0.24.4' },
    entry: { file: 'node_modules/@qwen-code/qwen-code/cli-entry.js' },
    runner: 'node',
    args: ['--acp'],
  },
  hint: '',
  command: ['qwen', '--acp'],
  // Otherwise it connects to the board while it already works, and its first calls cannot use it.
  env: { QWEN_CODE_LEGACY_MCP_BLOCKING: '1' },
  files: { '.qwen/settings.json': { ...common, security: { auth: { selectedType: 'qwen-oauth' } } } },
  gateway: {
    wire: 'openai',
    env: {
      OPENAI_API_KEY: '{token}',
      OPENAI_BASE_URL: '{gateway}/openai/v1',
      OPENAI_MODEL: '{model}',
    },
    files: { '.qwen/settings.json': { ...common, security: { auth: { selectedType: 'openai' } } } },
    model: 'qwen3-coder-plus',
  },
  login: ['.qwen/oauth_creds.json'],
  session: { modes: { ask: 'default', sandbox: 'default', deny: 'default' }, config: {} },
  limits: {},
}
