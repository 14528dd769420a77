import type { RuleTester } from 'oxlint/plugins-dev'

/**
 * Our own lint rules, for what the rules of oxlint cannot express; .oxlintrc.json loads them. `test/lint.test.ts` tests
 * each of them.
 */

type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>
type Context = Parameters<Rule['create']>[0]
type Scope = NonNullable<Context['sourceCode']['scopeManager']['globalScope']>
type Identifier = Scope['through'][number]['identifier']

const words = {
  now: 'Read the time from `clock` of src/lib/clock.ts, so that it could be simulated.',
  timer: 'Wait with src/lib/waiting.ts or src/lib/timers.ts, so that time could be simulated.',
  chance: 'Take chance from src/lib/chance.ts, so that it could be simulated.',
}

/** Refused members of global objects, by the object. */
const members: Record<string, Record<string, string>> = {
  Date: { now: words.now },
  performance: { now: words.now },
  Math: { random: words.chance },
  crypto: { randomUUID: words.chance },
  AbortSignal: { timeout: words.timer },
  globalThis: { setTimeout: words.timer, setInterval: words.timer },
}
const globals: Record<string, string> = { setTimeout: words.timer, setInterval: words.timer }
/** Refused imports by module and name; `*` means everything. */
const imports: Record<string, Record<string, string>> = {
  'node:timers': { '*': words.timer },
  'node:timers/promises': { '*': words.timer },
  'node:crypto': { randomUUID: words.chance },
  'node:perf_hooks': { performance: words.now },
}

/** Returns the name of a node; empty if it has none. */
function nameOf(node: { type: string; name?: unknown }): string {
  return typeof node.name === 'string' ? node.name : ''
}

/** Returns why this use of a global is refused; undefined when it is not. */
function refusalOf(identifier: Identifier): string | undefined {
  const { name, parent } = identifier
  if (name in globals) return globals[name]
  if (parent.type === 'MemberExpression' && parent.object === identifier && !parent.computed)
    return members[name]?.[parent.property.name]
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'ObjectPattern')
    return parent.id.properties
      .map((property) => (property.type === 'Property' ? members[name]?.[nameOf(property.key)] : undefined))
      .find((why) => why !== undefined)
  const isCalled = parent.type === 'CallExpression' && parent.callee === identifier
  const isMade =
    parent.type === 'NewExpression' && parent.callee === identifier && parent.arguments.length === 0
  return name === 'Date' && (isCalled || isMade) ? words.now : undefined
}

const timeAndChanceFromLib: Rule = {
  create(context) {
    return {
      ImportDeclaration(node) {
        const refused = imports[node.source.value] ?? {}
        for (const specifier of node.specifiers) {
          const message =
            refused['*'] ?? refused[specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : '']
          if (message !== undefined) context.report({ node: specifier, message })
        }
      },
      'Program:exit'() {
        const { globalScope } = context.sourceCode.scopeManager
        if (globalScope === null) return
        const used = [
          ...globalScope.through,
          ...globalScope.variables.flatMap(({ references }) => references),
        ]
        for (const { identifier } of used) {
          const message = refusalOf(identifier)
          if (message !== undefined) context.report({ node: identifier, message })
        }
      },
    }
  },
}

export default {
  meta: { name: 'slipway' },
  rules: { 'time-and-chance-from-lib': timeAndChanceFromLib },
}
