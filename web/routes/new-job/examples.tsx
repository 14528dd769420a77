/** Visions that the offline demo can also build. */
const examples = [
  'A calculator for the command line with brackets and clear error messages',
  'A todo list with a CLI that keeps its tasks in a file',
  'A URL shortener with a small web page',
  'Tic-tac-toe to play in the terminal',
  'A tool that counts the words of a text, most frequent first',
  'A Markdown to HTML converter',
]

/** Example visions: choosing one fills the input. */
export function Examples({ onChoose }: { readonly onChoose: (vision: string) => void }) {
  return (
    <section aria-label="Examples" className="mt-2">
      <h2 className="mb-1.5 text-xs font-medium text-muted">Or start with one of these</h2>
      <ul className="grid gap-x-4 sm:grid-cols-2">
        {examples.map((vision) => (
          <li key={vision} className="flex border-t border-line">
            <button
              type="button"
              className="min-h-10 w-full rounded py-2 text-left text-sm text-muted -outline-offset-2 hover:text-ink"
              onClick={(event) => {
                onChoose(vision)
                event.currentTarget.form?.querySelector('textarea')?.focus()
              }}
            >
              {vision}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
