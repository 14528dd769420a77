import { useState } from 'react'
import { ApiError } from '../../src/client/api-error.ts'
import { useAddBackend } from '../api/backend-mutations.ts'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { showToast } from '../ui/toast.tsx'
import { entriesOf } from '../ui/entries.ts'

const kinds = [
  { value: 'acp', label: 'Speaks ACP' },
  { value: 'command', label: 'Any command' },
] as const

/** A backend of one's own: the command that starts it, one word a line. */
export function AddBackend({ onClose }: { readonly onClose: () => void }) {
  const add = useAddBackend()
  const [form, setForm] = useState<BackendForm>({ name: '', words: '', kind: 'acp' })
  const { name, words, kind } = form
  const command = entriesOf(words)
  const problem = (field: string): string | undefined => issueAt(add.error, field)
  const isElsewhere = add.error !== null && problem('name') === undefined && problem('command') === undefined
  const save = (): void =>
    add.mutate(
      { name: name.trim(), kind, command, env: {} },
      {
        onSuccess: ({ display_name }) => {
          showToast('done', `${display_name} was added. Test it to see whether it answers.`)
          onClose()
        },
      },
    )
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
          <Button
            type="submit"
            variant="primary"
            disabled={add.isPending || name.trim() === '' || command.length === 0}
          >
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
  readonly kind: 'acp' | 'command'
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
        hint="Small letters, digits, - and _. Jobs choose it by this name."
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
        label="How it is spoken to"
        value={form.kind}
        options={kinds}
        onChange={(next) => onChange({ kind: next })}
      />
      <Field
        label="Command"
        hint={
          form.kind === 'acp'
            ? 'The program and its arguments, one word a line. It speaks the Agent Client Protocol on stdin and stdout.'
            : 'The program and its arguments, one word a line. It is started for each turn with the prompt on stdin.'
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
    </>
  )
}

function issueAt(error: Error | null, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.issues.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message
}
