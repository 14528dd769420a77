import type { Blueprint } from './blueprint.ts'
import type { BlueprintId } from './match-vision.ts'

/** Loads only the requested blueprint: the agent is started for every attempt, and should start quickly. */
export async function openBlueprint(id: BlueprintId): Promise<Blueprint> {
  switch (id) {
    case 'calculator':
      return (await import('./blueprints/calculator/blueprint.ts')).blueprint
    case 'counter':
      return (await import('./blueprints/counter/blueprint.ts')).blueprint
    case 'todo':
      return (await import('./blueprints/todo/blueprint.ts')).blueprint
    case 'words':
      return (await import('./blueprints/words/blueprint.ts')).blueprint
    case 'shortener':
      return (await import('./blueprints/shortener/blueprint.ts')).blueprint
    case 'webpage':
      return (await import('./blueprints/webpage/blueprint.ts')).blueprint
    case 'tictactoe':
      return (await import('./blueprints/tictactoe/blueprint.ts')).blueprint
    case 'markdown':
      return (await import('./blueprints/markdown/blueprint.ts')).blueprint
    case 'stopwatch':
      return (await import('./blueprints/stopwatch/blueprint.ts')).blueprint
    case 'units':
      return (await import('./blueprints/units/blueprint.ts')).blueprint
    case 'password':
      return (await import('./blueprints/password/blueprint.ts')).blueprint
    case 'starter':
      return (await import('./blueprints/starter/blueprint.ts')).blueprint
  }
}
