import { CornerDownLeft, SlidersHorizontal } from 'lucide-react'
import { useId, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react'
import { useConnection } from '../../api/connection.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { cx } from '../../ui/cx.ts'
import { BackendMenu } from './backend.tsx'
import { AttachButton, DocumentChips } from './documents.tsx'
import type { JobForm, Problems } from './form.ts'

interface ComposerProps {
  readonly form: JobForm
  readonly backend: string | undefined
  readonly problems: Problems
  readonly isStarting: boolean
  readonly options: { readonly isOpen: boolean; readonly toggle: () => void }
  readonly onChange: (next: Partial<JobForm>) => void
  readonly onStart: () => void
}

const shownHere = ['vision', 'documents', 'backend', 'mode'] as const

/** The main input: the vision, the documents, the backend, and the button. Files may be dropped or pasted. */
export function Composer(props: ComposerProps) {
  const { form, problems, onChange } = props
  const [isOver, setIsOver] = useState(false)
  const noteId = useId()
  const add = (files: FileList): void => {
    if (files.length > 0) onChange({ documents: [...form.documents, ...files] })
  }
  const wrong = shownHere.flatMap((field) => problems[field] ?? [])
  const isLost = useConnection().kind === 'lost'
  return (
    <div className="flex flex-col gap-1.5">
      <div
        className={cx(
          'flex flex-col rounded-lg border bg-surface shadow-card transition-colors focus-within:border-focus',
          isOver
            ? 'border-accent bg-accent-soft'
            : problems.vision === undefined
              ? 'border-control'
              : 'border-failed',
        )}
        onDragOver={(event: DragEvent) => {
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event: DragEvent) => {
          event.preventDefault()
          setIsOver(false)
          add(event.dataTransfer.files)
        }}
      >
        <VisionBox {...props} noteId={noteId} onFiles={add} />
        <DocumentChips
          documents={form.documents}
          onRemove={(index) => onChange({ documents: form.documents.filter((_, at) => at !== index) })}
        />
        <Toolbar {...props} onFiles={add} />
      </div>
      <div id={noteId} className="min-h-4 text-xs text-muted" aria-live="polite">
        {isLost && (
          <p className="text-waiting">
            The server cannot be reached. You can start the job when it is back; what you have written here is
            kept.
          </p>
        )}
        {wrong.length === 0
          ? 'Press Enter to start, Shift+Enter for a new line. Drop or paste files for the team to read.'
          : wrong.map((sentence) => (
              <p key={sentence} className="text-failed">
                {sentence}
              </p>
            ))}
      </div>
    </div>
  )
}

function VisionBox({
  form,
  problems,
  noteId,
  onChange,
  onStart,
  onFiles,
}: ComposerProps & { readonly noteId: string; readonly onFiles: (files: FileList) => void }) {
  return (
    <textarea
      autoFocus
      aria-label="Vision"
      dir="auto"
      aria-describedby={noteId}
      aria-invalid={problems.vision === undefined ? undefined : true}
      rows={5}
      value={form.vision}
      placeholder="A todo list for the command line that keeps its tasks in a file, with tests."
      className="field-sizing-content max-h-[45dvh] min-h-30 w-full resize-none rounded-t-lg bg-transparent px-4 pt-3.5 pb-2 text-lg outline-none"
      onChange={(event) => onChange({ vision: event.target.value })}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
        event.preventDefault()
        onStart()
      }}
      onPaste={(event: ClipboardEvent) => {
        if (event.clipboardData.files.length === 0) return
        event.preventDefault()
        onFiles(event.clipboardData.files)
      }}
    />
  )
}

const modes = [
  { value: 'team', label: 'Team', hint: 'Product owner, architect, developers and reviewer' },
  { value: 'solo', label: 'Solo', hint: 'One agent, one task, the same proof' },
] as const

function Toolbar({
  form,
  backend,
  isStarting,
  options,
  onChange,
  onFiles,
}: ComposerProps & { readonly onFiles: (files: FileList) => void }) {
  const isLost = useConnection().kind === 'lost'
  return (
    <div className="flex flex-wrap items-center gap-2 p-2">
      <AttachButton onFiles={onFiles} />
      <BackendMenu value={backend} onChange={(name) => onChange({ backend: name })} />
      <Segmented
        label="Who builds it"
        value={form.mode}
        options={modes}
        onChange={(mode) => onChange({ mode })}
      />
      <span className="ml-auto flex items-center gap-2">
        <Button variant="quiet" aria-expanded={options.isOpen} onClick={options.toggle}>
          <SlidersHorizontal aria-hidden />
          Options
        </Button>
        <Button type="submit" variant="primary" disabled={isStarting || isLost}>
          {isStarting ? 'Starting' : 'Start'}
          <CornerDownLeft aria-hidden />
        </Button>
      </span>
    </div>
  )
}
