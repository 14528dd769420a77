import type { Blueprint } from '../../blueprint.ts'

/** A to-do list for the command line, kept in one JSON file. */
export const blueprint: Blueprint = {
  id: 'todo',
  titles: { en: 'To-do list', de: 'Aufgabenliste', fr: 'Liste de tâches', es: 'Lista de tareas' },
  summary: 'a to-do list for the command line that keeps its items in a JSON file',
  features: [
    'It adds, lists, ticks off, reopens and removes items.',
    'It lists all items, the open ones or the done ones.',
    'It keeps the list in one JSON file that a crash cannot leave half written.',
    'It explains mistakes on stderr and exits with 1.',
  ],
  usage: ['node bin/todo.js add "buy milk"', 'node bin/todo.js list open', 'node bin/todo.js done 1'],
  bin: 'bin/todo.js',
  tasks: [
    {
      key: 'list',
      title: 'Model the list',
      description:
        'Write src/todo-list.js: pure functions addItem, setDone, removeItem, select and formatItems over items { id, text, done }; TodoError for what makes no sense. Ids are never used twice within a list.',
      dependsOn: [],
      acceptance: [
        'items are added, ticked off, reopened and removed',
        'empty and overlong items are refused',
      ],
      checks: [
        `node --input-type=module -e "import { addItem, setDone, formatItems } from './src/todo-list.js'; process.exit(formatItems(setDone(addItem([], 'a'), 1, true))[0] === '[x] 1  a' ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/todo-list.js', 'test/todo-list.test.js'],
    },
    {
      key: 'store',
      title: 'Keep the list in a file',
      description:
        'Write src/store.js: loadItems(file) and saveItems(file, items) with one JSON file, replaced by a rename. A missing file is an empty list, a damaged one an error that names it.',
      dependsOn: [],
      acceptance: ['what was saved is loaded again', 'a damaged file is never overwritten in silence'],
      checks: [
        `node --input-type=module -e "import { loadItems } from './src/store.js'; process.exit((await loadItems('no-such-list.json')).length)"`,
      ],
      files: ['src/store.js', 'test/store.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command',
      description:
        'Write bin/todo.js on src/todo-list.js and src/store.js: add, list [open|done|all], done, undo, remove; the file is TODO_FILE or todo.json.',
      dependsOn: ['list', 'store'],
      acceptance: ['a list is kept from one run to the next', 'mistakes are explained'],
      checks: [
        'export TODO_FILE="$(mktemp -d)/todo.json" && node bin/todo.js add buy milk && node bin/todo.js done 1 && node bin/todo.js list | grep -qx "\\[x\\] 1  buy milk"',
      ],
      files: ['bin/todo.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'export TODO_FILE="$(mktemp -d)/todo.json" && node bin/todo.js add buy milk && node bin/todo.js list open | grep -q "buy milk"',
    '! TODO_FILE="$(mktemp -d)/todo.json" node bin/todo.js done 7 2>/dev/null',
  ],
  bug: { path: 'src/todo-list.js', find: '{ ...item, done } : item', replace: 'item : { ...item, done }' },
  jobBug: { path: 'bin/todo.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
