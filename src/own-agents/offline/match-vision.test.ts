import { expect, it } from 'vitest'
import { matchVision, type BlueprintId } from './match-vision.ts'

const visions: readonly (readonly [string, BlueprintId])[] = [
  ['a calculator', 'calculator'],
  ['Build me a command-line calculator with parentheses and error messages', 'calculator'],
  ['Create a simple calculator in Python that can add, subtract, multiply and divide', 'calculator'],
  ['ein Taschenrechner mit Klammern', 'calculator'],
  ['An app that lets people add, subtract, multiply and divide numbers', 'calculator'],
  ['a calculator called Counter', 'calculator'],
  ['a page with a counter button', 'counter'],
  ['A counter app: plus, minus and reset', 'counter'],
  ['a web page that counts clicks on a button', 'counter'],
  ['a todo list with a CLI', 'todo'],
  ['To-do list app', 'todo'],
  ['I want a task manager for the terminal', 'todo'],
  ['Build a TODO app that stores its items in a file', 'todo'],
  ['eine Aufgabenliste für die Kommandozeile', 'todo'],
  ['count the most frequent words of a text', 'words'],
  ['word frequency counter', 'words'],
  ['A tool that reads a file and counts how often words occur', 'words'],
  ['URL shortener', 'shortener'],
  ['a service which shortens long links', 'shortener'],
  ['a TinyURL clone with a web page', 'shortener'],
  ['a static web page with a script', 'webpage'],
  ['Make a simple landing page for my bakery in orange', 'webpage'],
  ['a page that says "Hello world"', 'webpage'],
  ['tic tac toe', 'tictactoe'],
  ['Tic-Tac-Toe against an unbeatable computer', 'tictactoe'],
  ['noughts and crosses for two', 'tictactoe'],
  ['Markdown to HTML converter', 'markdown'],
  ['a program that turns markdown files into html pages', 'markdown'],
  ['a stopwatch with laps', 'stopwatch'],
  ['convert miles to kilometres and celsius to fahrenheit', 'units'],
  ['unit converter', 'units'],
  ['password generator', 'password'],
  ['generate strong random passwords of 24 characters', 'password'],
  // Near misses: an honest starter is better than a confident guess.
  ['a calculator-free zen garden', 'starter'],
  ['a garden planner without a calculator', 'starter'],
  ['a mortgage calculator for Swiss banks', 'starter'],
  ['a Counter-Strike server browser', 'starter'],
  ['plan the kitchen counter of my flat', 'starter'],
  ['I have nothing to do, surprise me', 'starter'],
  ['a password manager with a vault', 'starter'],
  ['convert HTML to Markdown', 'starter'],
  ['an online shop for shoes with a home page', 'starter'],
  ['a chess engine', 'starter'],
  ['a multiplayer space game, not a tic tac toe', 'starter'],
  ['a currency converter with live rates', 'starter'],
  ['a password reset mail template', 'starter'],
  ['a weather station dashboard', 'starter'],
  ['what to do with old stopwords in search', 'starter'],
  ['', 'starter'],
]

it.each(visions)('%j becomes %s', (vision, id) => {
  expect(matchVision(vision)).toBe(id)
})

it('reads a vision of 100,000 characters without delay', () => {
  const started = performance.now()
  for (const piece of ['a calculator ', 'x', '- ', 'not a ', '\n', 'add subtract ', 'short ']) {
    matchVision(piece.repeat(Math.ceil(100_000 / piece.length)))
  }
  expect(performance.now() - started).toBeLessThan(1000)
})
