import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../../src/client/api-error.ts'
import type { Settings } from '../../../src/contract/backend.ts'
import { usePutSettings } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { entriesOf } from '../../forms/entries.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { PolicyChoice } from '../../parts/policy-choice.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Switch } from '../../ui/controls/checkbox.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input, Textarea } from '../../ui/controls/input.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'

const modes = [
  { value: 'team', label: 'Team' },
  { value: 'solo', label: 'Solo' },
] as const

/** The defaults of new jobs, used by the form, the command line and the API alike. */
export function JobDefaults() {
  const { data: settings } = useQuery(queries.settings())
  if (settings === undefined) return null
  // Defaults saved elsewhere replace the form.
  return <DefaultsForm key={JSON.stringify(settings.defaults)} settings={settings} />
}

function DefaultsForm({ settings }: { readonly settings: Settings }) {
  const put = usePutSettings()
  const { mode, parallelism, approve_plan, permissions, checks } = settings.defaults
  const [form, setForm] = useState({
    mode,
    parallelism: String(parallelism),
    approvePlan: approve_plan,
    permissions,
    checks: checks.join('\n'),
  })
  const change = (next: Partial<typeof form>): void => setForm({ ...form, ...next })
  const save = (): void => {
    const defaults = {
      mode: form.mode,
      parallelism: Number(form.parallelism),
      approve_plan: form.approvePlan,
      permissions: form.permissions,
      checks: entriesOf(form.checks),
    }
    // What is saved replaces this form, which then hears no more of it.
    whenSent(put.mutateAsync({ ...settings, defaults }), () => showToast('done', 'Saved.'))
  }
  return (
    <form
      noValidate
      className="flex max-w-120 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <div className="flex items-center justify-between gap-4">
        <span>Who builds it</span>
        <Segmented
          label="Who builds new jobs"
          value={form.mode}
          options={modes}
          onChange={(next) => change({ mode: next })}
        />
      </div>
      <Switch
        label="Approve the plan first"
        hint="Every team job waits until somebody has approved its plan."
        checked={form.approvePlan}
        onChange={(approvePlan) => change({ approvePlan })}
      />
      <PolicyChoice
        label="When agents ask before they act"
        value={form.permissions}
        onChange={(next) => change({ permissions: next })}
      />
      <TextDefaults form={form} error={put.error} onChange={change} />
      <div>
        <Button type="submit" disabled={put.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

function TextDefaults({
  form,
  error,
  onChange,
}: {
  readonly form: { readonly parallelism: string; readonly checks: string }
  readonly error: Error | null
  readonly onChange: (next: { parallelism?: string; checks?: string }) => void
}) {
  return (
    <>
      <Field label="Tasks at once" hint="1 to 16." error={issueAt(error, 'defaults.parallelism')}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            className="max-w-20"
            value={form.parallelism}
            onChange={({ target }) => onChange({ parallelism: target.value })}
          />
        )}
      </Field>
      <Field
        label="Checks"
        hint="One command per line, run for every job that names none."
        error={issueAt(error, 'defaults.checks')}
      >
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            spellCheck={false}
            className="font-mono text-xs"
            value={form.checks}
            onChange={({ target }) => onChange({ checks: target.value })}
          />
        )}
      </Field>
      {error !== null && !(error instanceof ApiError && error.issues.length > 0) && (
        <p role="alert" className="text-xs text-failed">
          {error.message}
        </p>
      )}
    </>
  )
}

function issueAt(error: Error | null, path: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.issues.find((issue) => issue.path === path || issue.path.startsWith(`${path}.`))?.message
}
