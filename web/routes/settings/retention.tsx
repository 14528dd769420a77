import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../../src/client/api-error.ts'
import type { Settings } from '../../../src/contract/backend.ts'
import type { Retention } from '../../../src/contract/storage.ts'
import { usePutSettings } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input } from '../../ui/controls/input.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import {
  changedFields,
  effectOf,
  formOf,
  readRetention,
  type RetentionEffect,
  type RetentionField,
  type TypedRetention,
} from './retention-form.ts'

const ConfirmRetention = lazyPart(async () => (await import('./retention-confirm.tsx')).ConfirmRetention)

type Sentences = Readonly<Partial<Record<RetentionField, string>>>

const fields = [
  {
    name: 'days',
    label: 'Days to keep a job after its end',
    hint: 'Leave this empty to keep jobs for good.',
  },
  {
    name: 'gigabytes',
    label: 'Disk space for all jobs together, in gigabytes',
    hint: 'Leave this empty for no limit. Above it, jobs that have ended are removed: first those somebody has a copy of, then the oldest.',
  },
] as const

/** The form of the retention. A field that the settings file sets is read-only once the server has refused its change. */
export function RetentionSettings() {
  const { data: settings } = useQuery(queries.settings())
  const [fixed, setFixed] = useState<Sentences>({})
  if (settings === undefined) return null
  return (
    <RetentionForm
      // A retention saved elsewhere replaces the form.
      key={JSON.stringify(settings.retention)}
      settings={settings}
      fixed={fixed}
      onFixed={(field, why) => setFixed({ ...fixed, [field]: why })}
    />
  )
}

interface FormProps {
  readonly settings: Settings
  readonly fixed: Sentences
  readonly onFixed: (field: RetentionField, why: string) => void
}

function RetentionForm({ settings, fixed, onFixed }: FormProps) {
  const [typed, setTyped] = useState(() => formOf(settings.retention))
  const [faults, setFaults] = useState<Sentences>({})
  const { save, isSaving, error, asked, close } = useSave(settings, onFixed)
  const form = { ...typed, ...fixedIn(formOf(settings.retention), fixed) }
  const refused = error === null || !isInFile(error) ? {} : fixed
  const submit = (): void => {
    const read = readRetention(form)
    setFaults('faults' in read ? read.faults : {})
    if ('retention' in read) save.ifHarmless(read.retention)
  }
  return (
    <form
      noValidate
      className="flex max-w-120 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {fields.map(({ name, label, hint }) => (
        <Field key={name} label={label} hint={fixed[name] ?? hint} error={faults[name] ?? refused[name]}>
          {(control) => (
            <Input
              {...control}
              inputMode="decimal"
              className="max-w-32 read-only:bg-sunken read-only:text-muted"
              readOnly={fixed[name] !== undefined}
              value={form[name]}
              onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
            />
          )}
        </Field>
      ))}
      <Held />
      {error !== null && Object.keys(refused).length === 0 && <Refusal error={error} />}
      <div>
        <Button type="submit" disabled={isSaving}>
          Save
        </Button>
      </div>
      {asked !== null && (
        <ConfirmRetention
          {...asked}
          onClose={close}
          onFailed={close}
          onConfirm={() => save.now(asked.retention)}
        />
      )}
    </form>
  )
}

/** Returns the saved texts of the fields that the settings file sets. */
function fixedIn(saved: TypedRetention, fixed: Sentences): Partial<TypedRetention> {
  return {
    ...(fixed.days === undefined ? {} : { days: saved.days }),
    ...(fixed.gigabytes === undefined ? {} : { gigabytes: saved.gigabytes }),
  }
}

function Refusal({ error }: { readonly error: Error }) {
  return (
    <p role="alert" className="text-xs text-failed">
      {error.message}
    </p>
  )
}

interface Asked {
  readonly retention: Retention
  readonly effect: RetentionEffect
}

/** Saves a retention; one that removes jobs at once is asked about first. */
function useSave({ retention: before, ...others }: Settings, onFixed: FormProps['onFixed']) {
  const cache = useQueryClient()
  const { mutateAsync, isPending, error } = usePutSettings()
  const [asked, setAsked] = useState<Asked | null>(null)
  const put = (retention: Retention): void => {
    whenSent(
      mutateAsync({ ...others, retention }),
      () => showToast('done', 'Saved.'),
      (refusal) => {
        // Of two changes the server does not say which one it refuses.
        const [changed, ...more] = changedFields(before, retention)
        if (isInFile(refusal) && changed !== undefined && more.length === 0) onFixed(changed, refusal.message)
      },
    )
  }
  const putIfHarmless = (retention: Retention): void => {
    whenSent(
      cache.fetchQuery({ ...queries.storage(), staleTime: 0 }),
      (storage) => {
        const effect = effectOf(retention, storage, Date.now())
        const isHarmless = effect.old.length === 0 && effect.excess === 0
        if (isHarmless || changedFields(before, retention).length === 0) put(retention)
        else setAsked({ retention, effect })
      },
      showFailure,
    )
  }
  return {
    save: { now: put, ifHarmless: putIfHarmless },
    isSaving: isPending,
    error,
    asked,
    close: () => setAsked(null),
  }
}

function isInFile(error: Error): boolean {
  return error instanceof ApiError && error.code === 'in_settings_file'
}

/** Shows how much all jobs hold now, as a guide for the limit. */
function Held() {
  const { data } = useQuery({ ...queries.storage(), refetchInterval: false })
  return data === undefined ? null : (
    <p className="text-xs text-muted">
      All jobs together hold {fileSize(data.bytes)} now, and {fileSize(data.disk.free)} is free on the disk.
    </p>
  )
}
