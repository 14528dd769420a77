import {
  engineRooms,
  engineSeam,
  mainLoader,
  owners,
  pureRooms,
  rooms,
  roots,
  web,
  webRooms,
} from './rooms.ts'

/**
 * The rules of rooms.ts in dependency-cruiser's language. Each rule's name says who broke it, its comment says what
 * to do instead. `depcruise src` reads this file; so does test/rooms.test.ts.
 */

const TESTS = '\\.test\\.ts$'
/** What tests may use on top of what their room may use. */
const TEST_PACKAGES = ['vitest', 'fast-check']

/**
 * A place: a room of `src/`, one of the files outside the rooms, or `web` and what is in it.
 *
 * @param {string} name
 */
const place = (name) => {
  const path = name === 'web' || name.startsWith('web/') ? name : `src/${name}`
  return /\.tsx?$/.test(name) ? `^${escape(path)}$` : `^${escape(path)}/`
}
/** @param {string} file */
const word = (file) => file.replace(/\.tsx?$/, '')
/** Everything that is held to the rules. */
const OURS = '^(src|web)/'
/** @param {string} text */
const escape = (text) => text.replaceAll('.', '\\.')

/**
 * A package where npm puts it, and the types that stand in for it.
 *
 * @param {string} name
 */
const installed = (name) => {
  const tail = name.endsWith('/') ? '' : '/'
  return `(^|/)node_modules/(@types/)?${escape(name)}${tail}`
}

/** @typedef {NonNullable<import('dependency-cruiser').IConfiguration['forbidden']>} Rules */

/** @type {Rules} */
const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-may-import-${allowed.join('-') || 'nothing-of-ours'}`,
  comment: `${room} may import only itself and: ${allowed.join(', ') || 'nothing of ours'}. Pass the rest in as an argument.`,
  severity: 'error',
  from: { path: place(room) },
  to: { path: '^src/', pathNot: [room, ...allowed, ...Object.keys(roots)].map(place) },
}))

/** @type {Rules} */
const engineRules = Object.entries(engineRooms).map(([room, allowed]) => ({
  name: `engine-${room}-may-import-${allowed.join('-') || 'no-other-room-of-the-engine'}`,
  comment: `engine/${room} may import what the engine's rooms share and: ${allowed.join(', ') || 'no other of them'}. Move what both need into src/engine/ itself.`,
  severity: 'error',
  // Tests drive a room with the real others.
  from: { path: place(`engine/${room}`), pathNot: TESTS },
  to: { path: '^src/engine/[^/]+/', pathNot: [room, ...allowed].map((name) => place(`engine/${name}`)) },
}))

/** @type {Rules} */
const webRules = Object.entries(webRooms).map(([room, allowed]) => ({
  name: `web-${room}-may-import-${allowed.join('-') || 'no-other-room-of-the-ui'}`,
  comment: `web/${room} may import only itself and: ${allowed.join(', ') || 'no other room of the UI'}. Pass the rest in, or move what both need inwards.`,
  severity: 'error',
  from: { path: place(`web/${room}`), pathNot: TESTS },
  to: { path: '^web/[^/]+/', pathNot: [room, ...allowed].map((name) => place(`web/${name}`)) },
}))

/** @type {Rules} */
const ownerRules = Object.entries(owners).map(([name, places]) => ({
  name: `only-${places.map(word).join('-and-').replaceAll('/', '-')}-may-use-${name.replaceAll(/[@/]/g, '')}`,
  comment: `${name} belongs to ${places.join(', ')}: ask that room for what you need.`,
  severity: 'error',
  from: { path: OURS, pathNot: places.map(place) },
  to: { path: installed(name) },
}))

/** @type {Rules} */
const rootRules = Object.entries(roots).map(([file, importers]) => ({
  name: `${importers.length > 0 ? `only-${importers.map(word).join('-and-')}-imports` : 'nobody-imports'}-${word(file)}`,
  comment: `${file} is for ${importers.join(', ') || 'nobody'}. Take what you need from it as an argument.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [...importers, ...(file === 'main.ts' ? [mainLoader] : [])].map(place) },
  to: { path: place(file) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    ...engineRules,
    {
      name: 'what-the-engine-shares-imports-none-of-its-rooms',
      comment: 'A file that needs a room of the engine belongs into a room: move it there.',
      severity: 'error',
      from: { path: '^src/engine/[^/]+$', pathNot: [place(engineSeam.from), TESTS] },
      to: { path: '^src/engine/[^/]+/' },
    },
    {
      name: 'the-engine-sees-the-models-alone',
      comment: `${engineSeam.from} may name the type of ${engineSeam.to} and nothing else of a room.`,
      severity: 'error',
      from: { path: place(engineSeam.from) },
      to: { path: '^src/engine/[^/]+/', pathNot: place(engineSeam.to) },
    },
    ...webRules,
    {
      name: 'the-design-system-knows-no-contract',
      comment: `${web.withoutContract.join(' and ')} of web/ know no words of the server: put what does into words or parts.`,
      severity: 'error',
      from: { path: web.withoutContract.map((room) => place(`web/${room}`)), pathNot: TESTS },
      to: { path: place('contract') },
    },
    ...ownerRules,
    ...rootRules,
    {
      name: `web-may-import-${web.mayImport.join('-')}`,
      comment: `The UI may import only itself and: ${web.mayImport.join(', ')}. What else it needs, it asks the server for.`,
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test|scripts|bench)/', pathNot: web.mayImport.map(place) },
    },
    {
      name: 'the-product-does-not-import-the-ui',
      comment: 'The server serves the UI as files; nothing in src knows what is in them.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or need a third that both import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'main-is-loaded-not-imported',
      comment: 'A command must not pay for the server: use await import() for main.ts.',
      severity: 'error',
      from: { path: place(mainLoader) },
      to: { path: place('main.ts'), dynamic: false },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment:
        'contract and domain decide; whoever calls them acts. Take time, chance and files as arguments.',
      severity: 'error',
      from: { path: pureRooms.map(place), pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-use-no-package-but-zod',
      comment: 'A rule that needs a library is not a rule: do it in the room that owns the library.',
      severity: 'error',
      from: { path: pureRooms.map(place), pathNot: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: installed('zod') },
    },
    {
      name: 'every-package-has-an-owner',
      comment: 'Name the room that owns this package in rooms.ts, or do without it.',
      severity: 'error',
      from: { path: OURS, pathNot: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: Object.keys(owners).map(installed) },
    },
    {
      name: 'tests-use-the-test-packages',
      comment: `A unit test may use what the product uses, and ${TEST_PACKAGES.join(' and ')}.`,
      severity: 'error',
      from: { path: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: [...Object.keys(owners), ...TEST_PACKAGES].map(installed) },
    },
    {
      name: 'the-product-does-not-import-its-tests',
      comment: 'What product and tests share is product: put it in the room whose idea it is.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: ['^(test|bench|scripts)/', TESTS] },
    },
    {
      name: 'imports-can-be-found',
      comment: 'This import leads nowhere: correct the path, or declare the package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types are dependencies of understanding: a type-only import across a wall is a hole in it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
