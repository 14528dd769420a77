import { CircleCheck, CircleMinus, CircleX } from 'lucide-react'
import type { BackendView } from '../../../src/contract/backend.ts'
import type { CaseResult, Conformance, ConformanceCase } from '../../../src/contract/conformance.ts'
import { useTestBackend } from '../../api/backend-mutations.ts'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { measured } from '../../ui/text/time.ts'
import { conformanceWords } from '../../words/conformance.ts'

const titles: Readonly<Record<ConformanceCase, string>> = {
  start: 'Starts and answers',
  write: 'Writes a file',
  command: 'Runs a command',
  ask_allow: 'Asks, is allowed, and does it',
  ask_refuse: 'Asks, is refused, and does not do it',
  cancel: 'Stops when cancelled during a command',
  kill: 'Ends when killed during a command',
  resume: 'Continues an ended session',
  usage: 'Reports its usage',
  model: 'Calls the model it was given',
  inside: 'Stays in its workspace',
  contacts: 'Contacts only the gateway',
  orphans: 'Leaves no process behind',
}

const looks = {
  pass: { Icon: CircleCheck, tone: 'text-done', word: 'passed' },
  fail: { Icon: CircleX, tone: 'text-failed', word: 'failed' },
  skip: { Icon: CircleMinus, tone: 'text-faint', word: 'skipped' },
} as const

/** The conformance kit result of a backend, with a button to run it again. */
export function ConformanceWindow({
  backend,
  onClose,
}: {
  readonly backend: BackendView
  readonly onClose: () => void
}) {
  const { mutate, data, error, isPending, submittedAt } = useTestBackend()
  const found = data ?? backend.conformance
  return (
    <Dialog
      open
      width="wide"
      title={`Cases of ${backend.display_name}`}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <div aria-live="polite" className="flex flex-col gap-4">
        <div className="flex items-start gap-4">
          <p className="flex-1 text-muted">
            {isPending ? (
              <>
                Running a dozen short sessions, <Elapsed from={new Date(submittedAt).toISOString()} /> so far.
                With a real model this takes minutes.
              </>
            ) : (
              'A dozen short sessions inside the walls show what it does. With a real model they take minutes and use some tokens.'
            )}
          </p>
          <Button variant="primary" disabled={isPending} onClick={() => mutate(backend.name)}>
            {found === null ? 'Run them' : 'Run them again'}
          </Button>
        </div>
        {error !== null && <Failure error={error} />}
        {found !== null && !isPending && <Results found={found} />}
      </div>
    </Dialog>
  )
}

function Results({ found }: { readonly found: Conformance }) {
  const facts = [found.version, found.model, `walls: ${found.walls}`, new Date(found.at).toLocaleString()]
  return (
    <section aria-label="Results">
      <p className="text-xs text-muted">
        {conformanceWords(found)}: {facts.filter((fact) => fact !== null).join(', ')}
      </p>
      <ol className="flex flex-col">
        {found.cases.map((one) => (
          <Row key={one.case} one={one} />
        ))}
      </ol>
    </section>
  )
}

function Row({ one }: { readonly one: CaseResult }) {
  const { Icon, tone, word } = looks[one.result]
  return (
    <li className="flex items-start gap-2.5 border-t border-line py-2 text-sm">
      <Icon aria-label={word} className={`mt-0.5 size-4 shrink-0 ${tone}`} />
      <div className="min-w-0 flex-1">
        <div className="font-medium">{titles[one.case]}</div>
        <p className="text-xs wrap-anywhere text-muted">{one.sentence}</p>
      </div>
      <span className="text-xs text-faint tabular-nums">{measured(one.duration_ms)}</span>
    </li>
  )
}
