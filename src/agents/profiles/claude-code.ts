import type { Profile } from '../profile.ts'

const adapter = '@agentclientprotocol/claude-agent-acp'

export const claudeCode: Profile = {
  id: 'claude-code',
  displayName: 'Claude Code',
  kind: 'acp',
  homepage: 'https://github.com/agentclientprotocol/claude-agent-acp',
  tested: true,
  install: {
    version: '0.101.0',
    packages: { [adapter]: '0.101.0' },
    entry: { file: `node_modules/${adapter}/dist/index.js` },
    runner: 'node',
    args: [],
  },
  hint: '',
  command: ['claude-agent-acp'],
  env: {
    CLAUDE_CONFIG_DIR: '{home}/.claude',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
  },
  files: {},
  gateway: {
    wire: 'anthropic',
    env: {
      ANTHROPIC_BASE_URL: '{gateway}/anthropic',
      ANTHROPIC_API_KEY: '{token}',
      ANTHROPIC_MODEL: '{model}',
      ENABLE_TOOL_SEARCH: 'false',
      // Uncapped it repeats a refused call for minutes; the gateway and the job's retry rules do that better.
      CLAUDE_CODE_MAX_RETRIES: '1',
    },
    files: {},
    model: null,
  },
  login: ['.claude/.credentials.json'],
  session: { modes: { ask: 'default', sandbox: 'default', deny: 'default' }, config: {} },
  limits: {},
  limitWording: 'claude',
}
