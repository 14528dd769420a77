import type { Profile } from '../profile.ts'

const adapter = '@agentclientprotocol/codex-acp'

/** A login shell would set a PATH of its own, without this Node and without `slipway-board`. */
const quiet = `check_for_update_on_startup = false
allow_login_shell = false

[analytics]
enabled = false

[features]
plugins = false
apps = false
plugin_discovery_prefetch = false
plugin_sharing = false
`

export const codex: Profile = {
  id: 'codex',
  displayName: 'Codex',
  kind: 'acp',
  homepage: 'https://github.com/agentclientprotocol/codex-acp',
  tested: true,
  install: {
    version: '2.6.0',
    packages: { [adapter]: '2.6.0' },
    entry: { file: `node_modules/${adapter}/dist/index.js` },
    runner: 'node',
    args: [],
  },
  hint: '',
  command: ['codex-acp'],
  env: { CODEX_HOME: '{home}/.codex', NO_BROWSER: '1' },
  files: { '.codex/config.toml': quiet },
  gateway: {
    wire: 'openai',
    env: { SLIPWAY_MODEL_KEY: '{token}', MODEL_PROVIDER: 'slipway' },
    files: {
      '.codex/config.toml': `model = "{model}"
model_provider = "slipway"
${quiet}
[model_providers.slipway]
name = "Slipway"
base_url = "{gateway}/openai/v1"
env_key = "SLIPWAY_MODEL_KEY"
wire_api = "responses"
requires_openai_auth = false
request_max_retries = 0
stream_max_retries = 0
`,
    },
    model: 'gpt-5.5-codex',
  },
  login: ['.codex/auth.json'],
  session: {
    modes: { ask: 'agent', sandbox: 'agent-full-access', deny: 'agent' },
    config: {},
    leavesCommands: true,
  },
  limits: {},
  limitWording: 'codex',
}
