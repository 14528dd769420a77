import { useState } from 'react'
import { ApiError } from '../../../src/client/api-error.ts'
import { knownProviderNames } from '../../../src/contract/known-providers.ts'
import type { ProviderInput, ProviderView, Wire } from '../../../src/contract/provider.ts'
import { rememberDefault } from '../../api/default-backend.ts'
import { useConnectProvider } from '../../api/provider-mutations.ts'
import { Callout } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input } from '../../ui/controls/input.tsx'
import { Select } from '../../ui/controls/select.tsx'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'

const wires: readonly { readonly value: Wire; readonly label: string }[] = [
  { value: 'openai', label: 'OpenAI, or compatible' },
  { value: 'anthropic', label: 'Anthropic' },
  { value: 'gemini', label: 'Gemini' },
]

interface ProviderForm {
  /** A known provider, or empty for another one. */
  readonly choice: string
  readonly name: string
  readonly wire: Wire
  readonly baseUrl: string
  readonly model: string
  readonly key: string
}

/** Connects a provider, or changes one. The key is sent and not kept. */
export function ProviderWindow({
  provider,
  onClose,
}: {
  readonly provider: ProviderView | null
  readonly onClose: () => void
}) {
  const connect = useConnectProvider()
  const [form, setForm] = useState(() => formOf(provider))
  const change = (next: Partial<ProviderForm>): void => setForm({ ...form, ...next })
  const name = provider?.name ?? (form.choice === '' ? form.name.trim() : form.choice)
  const save = (): void => {
    const defaultSentence = rememberDefault()
    connect.mutate(
      { name, input: inputOf(form, provider), key: form.key.trim() },
      {
        onSuccess: (saved) => {
          onClose()
          void showProbe(saved, defaultSentence)
        },
      },
    )
  }
  return (
    <Dialog
      open
      title={provider === null ? 'Connect a provider' : `Change ${provider.name}`}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {connect.error !== null && <Callout tone="failed">{sentence(connect.error)}</Callout>}
        {provider === null && <Choice form={form} onChange={change} />}
        {(provider !== null || form.choice === '') && <Place form={form} onChange={change} />}
        <KeyAndModel form={form} isSet={provider?.usable ?? false} onChange={change} />
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Discard
          </Button>
          <Button type="submit" variant="primary" disabled={connect.isPending || name === ''}>
            {connect.isPending ? 'Trying it' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Reports a provider as connected only when it has answered. */
async function showProbe(
  { name, probe }: ProviderView,
  defaultSentence: () => Promise<string>,
): Promise<void> {
  if (probe?.result === 'answered')
    showToast('done', `${name} answered: it is connected. ${await defaultSentence()}`)
  else if (probe?.result === 'refused')
    showToast('failed', `${name} is saved, but it refused the key: ${probe.said}.`)
  else if (probe !== null) showToast('failed', `${name} is saved, but not connected: ${probe.said}.`)
  else showToast('done', `${name} is saved. It has not been tried.`)
}

interface Part {
  readonly form: ProviderForm
  readonly onChange: (next: Partial<ProviderForm>) => void
}

function Choice({ form, onChange }: Part) {
  return (
    <>
      <Field label="Provider">
        {(control) => (
          <Select
            {...control}
            value={form.choice}
            className="w-64"
            onChange={({ target }) => onChange({ choice: target.value })}
          >
            {knownProviderNames.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            <option value="">Another</option>
          </Select>
        )}
      </Field>
      {form.choice === '' && (
        <Field label="Name" hint="Lower-case letters, digits, - and _.">
          {(control) => (
            <Input
              {...control}
              value={form.name}
              onChange={({ target }) => onChange({ name: target.value })}
            />
          )}
        </Field>
      )}
    </>
  )
}

function Place({ form, onChange }: Part) {
  return (
    <>
      <Field label="Protocol">
        {(control) => (
          <Select
            {...control}
            value={form.wire}
            className="w-64"
            onChange={({ target }) => {
              const wire = wires.find(({ value }) => value === target.value)
              if (wire !== undefined) onChange({ wire: wire.value })
            }}
          >
            {wires.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Address" hint="The part that all calls share, such as https://llm.example.com/v1">
        {(control) => (
          <Input
            {...control}
            inputMode="url"
            spellCheck={false}
            value={form.baseUrl}
            onChange={({ target }) => onChange({ baseUrl: target.value })}
          />
        )}
      </Field>
    </>
  )
}

function KeyAndModel({ form, isSet, onChange }: Part & { readonly isSet: boolean }) {
  return (
    <>
      <Field
        label="Key"
        hint={
          isSet
            ? 'Leave it empty to keep the current key, which is never shown again.'
            : 'Stored encrypted; agents never see it. Leave it empty if the provider needs none.'
        }
      >
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="off"
            value={form.key}
            onChange={({ target }) => onChange({ key: target.value })}
          />
        )}
      </Field>
      <Field label="Model" hint="Used when nobody chose a model. Leave it empty to let the agent choose.">
        {(control) => (
          <Input
            {...control}
            spellCheck={false}
            value={form.model}
            onChange={({ target }) => onChange({ model: target.value })}
          />
        )}
      </Field>
    </>
  )
}

function formOf(provider: ProviderView | null): ProviderForm {
  return {
    choice: provider === null ? knownProviderNames[0] : '',
    name: provider?.name ?? '',
    wire: provider?.wire ?? 'openai',
    baseUrl: provider?.base_url ?? '',
    model: provider?.model ?? '',
    key: '',
  }
}

function inputOf(form: ProviderForm, provider: ProviderView | null): ProviderInput {
  const model = form.model.trim() === '' ? null : form.model.trim()
  if (provider === null && form.choice !== '') return { model }
  const isKeyless = provider === null && form.key.trim() === ''
  return {
    model,
    wire: form.wire,
    base_url: form.baseUrl.trim(),
    ...(typeof provider?.secret === 'string' ? { secret: provider.secret } : {}),
    ...(isKeyless ? { secret: null } : {}),
  }
}

function sentence(error: Error): string {
  return error instanceof ApiError && error.issues.length > 0
    ? error.issues.map((issue) => issue.message).join('. ')
    : error.message
}
