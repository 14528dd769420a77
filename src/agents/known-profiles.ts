import type { Profile } from './profile.ts'
import { claudeCode } from './profiles/claude-code.ts'
import { cline } from './profiles/cline.ts'
import { codex } from './profiles/codex.ts'
import { copilot } from './profiles/copilot.ts'
import { gemini } from './profiles/gemini.ts'
import { opencode } from './profiles/opencode.ts'
import { pi } from './profiles/pi.ts'
import { qwen } from './profiles/qwen.ts'
import { aider, amp, cursor, droid, goose, kimi } from './profiles/untested.ts'

/** The agents that Slipway knows by itself; the first usable one is the default. */
export const knownProfiles: readonly Profile[] = [
  claudeCode,
  codex,
  gemini,
  opencode,
  qwen,
  copilot,
  cline,
  pi,
  goose,
  aider,
  cursor,
  amp,
  droid,
  kimi,
]
