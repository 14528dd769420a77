import { plainProfile, type Profile } from '../profile.ts'

/**
 * Agents that this project's tests cannot run, because no registry reachable from them has the program: their commands and
 * settings are from the makers' documentation. Marked as untested wherever people choose a backend.
 */
const base = { ...plainProfile, kind: 'acp', tested: false } as const

export const goose: Profile = {
  ...base,
  id: 'goose',
  displayName: 'Goose',
  homepage: 'https://block.github.io/goose',
  hint: 'install goose as described on its site, so that `goose` is in PATH',
  command: ['goose', 'acp'],
  gateway: {
    wire: 'openai',
    env: {
      GOOSE_PROVIDER: 'openai',
      GOOSE_MODEL: '{model}',
      OPENAI_HOST: '{gateway}/openai',
      OPENAI_API_KEY: '{token}',
      GOOSE_DISABLE_KEYRING: '1',
      GOOSE_MODE: 'approve',
    },
    files: {},
    model: 'gpt-5.5',
  },
  login: ['.config/goose/config.yaml', '.config/goose/secrets.yaml'],
}

export const cursor: Profile = {
  ...base,
  id: 'cursor',
  displayName: 'Cursor',
  homepage: 'https://cursor.com/docs/cli/acp',
  hint: 'install the Cursor CLI and log in with it, so that `cursor-agent` is in PATH',
  command: ['cursor-agent', 'acp'],
  login: ['.config/cursor/auth.json', '.cursor/cli-config.json'],
}

export const amp: Profile = {
  ...base,
  id: 'amp',
  displayName: 'Amp',
  homepage: 'https://github.com/tao12345666333/amp-acp',
  hint: 'install the adapter amp-acp and log in with amp, so that both are in PATH',
  command: ['amp-acp'],
  login: ['.local/share/amp/secrets.json', '.config/amp/settings.json'],
}

export const droid: Profile = {
  ...base,
  id: 'droid',
  displayName: 'Factory Droid',
  homepage: 'https://factory.ai/product/cli',
  install: {
    version: '0.215.0',
    packages: { droid: '0.215.0' },
    entry: { bin: 'droid' },
    runner: 'node',
    args: ['exec', '--output-format', 'acp-daemon'],
  },
  hint: 'and log in with it once',
  command: ['droid', 'exec', '--output-format', 'acp-daemon'],
  env: { DROID_DISABLE_AUTO_UPDATE: 'true', FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false' },
  login: ['.factory/auth.json', '.factory/config.json'],
}

export const kimi: Profile = {
  ...base,
  id: 'kimi',
  displayName: 'Kimi',
  homepage: 'https://github.com/MoonshotAI/kimi-code',
  hint: 'install the Kimi CLI and log in with it, so that `kimi` is in PATH',
  command: ['kimi', 'acp'],
  login: ['.kimi/config.toml', '.kimi/config.json'],
}

/** Implements no protocol: one run is one turn, the prompt is passed as a file. */
export const aider: Profile = {
  ...base,
  kind: 'command',
  id: 'aider',
  displayName: 'Aider',
  homepage: 'https://aider.chat',
  hint: 'install aider as described on its site, so that `aider` is in PATH',
  command: ['aider', '--yes-always', '--no-check-update', '--no-git', '--no-stream', '--message-file'],
  prompt: 'file',
  env: { AIDER_ANALYTICS: 'false', AIDER_SHOW_MODEL_WARNINGS: 'false' },
  gateway: {
    wire: 'openai',
    env: {
      OPENAI_API_BASE: '{gateway}/openai/v1',
      OPENAI_API_KEY: '{token}',
      AIDER_MODEL: 'openai/{model}',
    },
    files: {},
    model: 'gpt-5.5',
  },
}
