import { afterAll } from 'vitest'
import { removeMade } from './made-dirs.ts'

// Set before the hooks of the file itself, so it runs after them: when its servers have ended.
afterAll(removeMade)
