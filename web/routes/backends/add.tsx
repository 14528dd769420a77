import { useState } from 'react'
import { ApiError } from '../../../src/client/api-error.ts'
import { useAddBackend, type NewBackend } from '../../api/backend-mutations.ts'
import { rememberDefault } from '../../api/default-backend.ts'
import { entriesOf } from '../../forms/entries.ts'
import { Callout } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input, Textarea } from '../../ui/controls/input.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'

const kinds = [
  { value: 'acp', label: 'Speaks ACP' },
  { value: 'command', label: 'Any command' },
  { value: 'registry', label: 'ACP registry' },
] as const

const ways = [
  { value: 'stdin', label: 'On stdin' },
  { value: 'argument', label: 'As an argument' },
  { value: 'file', label: 'As a file' },
] as const

/**
 * Adds a custom backend: by the command that starts it, one argument per line, or by its entry in the registry of the
 * protocol.
 */
export function AddBackend({ onClose }: { readonly onClose: () => void }) {
  const add = useAddBackend()
  const [form, setForm] = useState<BackendForm>({
    name: '',
    words: '',
    kind: 'acp',
    prompt: 'stdin',
    entry: '',
  })
  const problem = (field: string): string | undefined => issueAt(add.error, field)
  const isElsewhere = add.error !== null && problem('name') === undefined && problem('command') === undefined
  const save = (): void => {
    const defaultSentence = rememberDefault()
    add.mutate(requestOf(form), {
      onSuccess: ({ display_name: name }) => {
        onClose()
        void defaultSentence().then((standard) =>
          showToast('done', `${name} was added. Test it to see whether it answers. ${standard}`),
        )
      },
    })
  }
  return (
    <Dialog open title="Add a backend" onOpenChange={(isOpen) => !isOpen && onClose()}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {isElsewhere && <Callout tone="failed">{add.error.message}</Callout>}
        <BackendFields form={form} problem={problem} onChange={(next) => setForm({ ...form, ...next })} />
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Discard
          </Button>
          <Button type="submit" variant="primary" disabled={add.isPending || !isFilled(form)}>
            Add it
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface BackendForm {
  readonly name: string
  readonly words: string
  readonly kind: 'acp' | 'command' | 'registry'
  /** The way a plain command receives its prompt. */
  readonly prompt: 'stdin' | 'argument' | 'file'
  /** The pasted entry of the registry. */
  readonly entry: string
}

function isFilled({ kind, name, words, entry }: BackendForm): boolean {
  return kind === 'registry' ? parsed(entry) !== null : name.trim() !== '' && entriesOf(words).length > 0
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function requestOf({ kind, name, words, prompt, entry }: BackendForm): NewBackend {
  const called = name.trim()
  if (kind === 'registry') return { registry: parsed(entry), ...(called === '' ? {} : { name: called }) }
  const plain = kind === 'command' ? { prompt } : {}
  return { name: called, kind, command: entriesOf(words), env: {}, ...plain }
}

function BackendFields({
  form,
  problem,
  onChange,
}: {
  readonly form: BackendForm
  readonly problem: (field: string) => string | undefined
  readonly onChange: (next: Partial<BackendForm>) => void
}) {
  return (
    <>
      <Field
        label="Name"
        hint={
          form.kind === 'registry'
            ? 'Leave it empty to use the name in the registry.'
            : 'Lower-case letters, digits, - and _. Jobs refer to it by this name.'
        }
        error={problem('name')}
      >
        {(control) => (
          <Input
            {...control}
            autoFocus
            value={form.name}
            onChange={({ target }) => onChange({ name: target.value })}
          />
        )}
      </Field>
      <Segmented
        label="How Slipway talks to it"
        value={form.kind}
        options={kinds}
        onChange={(next) => onChange({ kind: next })}
      />
      {form.kind === 'command' && (
        <Segmented
          label="How it receives its prompt"
          value={form.prompt}
          options={ways}
          onChange={(prompt) => onChange({ prompt })}
        />
      )}
      {form.kind === 'registry' ? (
        <EntryField form={form} onChange={onChange} />
      ) : (
        <CommandField form={form} problem={problem} onChange={onChange} />
      )}
    </>
  )
}

interface FieldProps {
  readonly form: BackendForm
  readonly onChange: (next: Partial<BackendForm>) => void
}

function EntryField({ form, onChange }: FieldProps) {
  const isBroken = form.entry.trim() !== '' && parsed(form.entry) === null
  return (
    <Field
      label="Entry"
      hint="An agent's agent.json in the registry of the Agent Client Protocol."
      error={isBroken ? 'This is not JSON yet.' : undefined}
    >
      {(control) => (
        <Textarea
          {...control}
          rows={8}
          spellCheck={false}
          value={form.entry}
          placeholder={'{ "id": "my-agent", "name": "My agent", ... }'}
          className="font-mono text-xs"
          onChange={({ target }) => onChange({ entry: target.value })}
        />
      )}
    </Field>
  )
}

function CommandField({
  form,
  problem,
  onChange,
}: FieldProps & { readonly problem: (field: string) => string | undefined }) {
  return (
    <Field
      label="Command"
      hint={
        form.kind === 'acp'
          ? 'The program and its arguments, one per line. It must speak the Agent Client Protocol on stdin and stdout.'
          : 'The program and its arguments, one per line. It is started for each turn.'
      }
      error={problem('command')}
    >
      {(control) => (
        <Textarea
          {...control}
          rows={4}
          spellCheck={false}
          value={form.words}
          placeholder={'my-agent\n--acp'}
          className="font-mono text-xs"
          onChange={({ target }) => onChange({ words: target.value })}
        />
      )}
    </Field>
  )
}

function issueAt(error: Error | null, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.issues.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message
}
