import type { Blueprint } from '../../blueprint.ts'

/** Tic-tac-toe in the terminal against a computer that never loses. */
export const blueprint: Blueprint = {
  id: 'tictactoe',
  titles: { en: 'Tic-tac-toe', de: 'Drei gewinnt', fr: 'Morpion', es: 'Tres en raya' },
  summary: 'tic-tac-toe for the terminal, against a computer that never loses',
  features: [
    'A person plays X against the computer, and may let it begin.',
    'The computer wins when it can and never loses.',
    'Moves that break the rules are explained and asked again.',
  ],
  usage: ['node bin/play.js', 'node bin/play.js --second', 'node bin/play.js --demo'],
  bin: 'bin/play.js',
  tasks: [
    {
      key: 'game',
      title: 'Write the rules and the computer player',
      description:
        'Write src/game.js: emptyBoard, play(board, field, player), outcome(board), freeFields, other, and bestMove(board, player) by minimax; MoveError for moves that break the rules. Test every game a person could play against the computer.',
      dependsOn: [],
      acceptance: ['rows, columns and diagonals win', 'the computer never loses, whoever begins'],
      checks: [
        `node --input-type=module -e "import { bestMove } from './src/game.js'; process.exit(bestMove(['X', 'X', null, 'O', 'O', null, null, null, null], 'O') === 5 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/game.js', 'test/game.test.js'],
    },
    {
      key: 'render',
      title: 'Draw the board',
      description:
        'Write src/render.js: renderBoard(board, { colour }) gives the board as text; free fields show their number.',
      dependsOn: [],
      acceptance: ['free fields show their number'],
      checks: [
        `node --input-type=module -e "import { renderBoard } from './src/render.js'; process.exit(renderBoard(Array(9).fill(null)).startsWith(' 1 | 2 | 3') ? 0 : 1)"`,
      ],
      files: ['src/render.js', 'test/render.test.js'],
    },
    {
      key: 'cli',
      title: 'Play it in the terminal',
      description:
        'Write bin/play.js on src/game.js and src/render.js: moves are read from stdin; --demo lets the computer play itself, --second lets it begin.',
      dependsOn: ['game', 'render'],
      acceptance: ['a whole game can be played', '--demo ends in a draw'],
      checks: ['node bin/play.js --demo | grep -qx Draw.'],
      files: ['bin/play.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: ['node bin/play.js --demo | grep -qx Draw.', '! node bin/play.js --nonsense 2>/dev/null'],
  bug: { path: 'src/game.js', find: 'ended === player ? 1', replace: 'ended !== player ? 1' },
  jobBug: { path: 'bin/play.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
