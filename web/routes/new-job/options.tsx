import type { Priority, Role } from '../../../src/contract/words.ts'
import { PolicyChoice } from '../../parts/policy-choice.tsx'
import { Switch } from '../../ui/controls/checkbox.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input, Textarea } from '../../ui/controls/input.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { priorities } from '../../words/priorities.ts'
import { roleNames } from '../../words/roles.ts'
import { BackendMenu } from './backend.tsx'
import type { JobForm, Problems } from './form.ts'

interface OptionsProps {
  readonly form: JobForm
  readonly problems: Problems
  readonly onChange: (next: Partial<JobForm>) => void
}

/** The optional settings of a job, which all have a default. */
export function JobOptions({ form, problems, onChange }: OptionsProps) {
  return (
    <section
      aria-label="Options"
      className="grid gap-x-6 gap-y-5 rounded-lg border border-line p-4 md:grid-cols-2"
    >
      <Field
        label="Source repository"
        hint="Start from its files: an address (https, ssh, git@host:path) or an absolute path on the server. Leave it empty to start from nothing."
        error={problems.source}
      >
        {(control) => (
          <Input
            {...control}
            value={form.source}
            spellCheck={false}
            placeholder="https://example.org/team/project.git"
            onChange={(event) => onChange({ source: event.target.value })}
          />
        )}
      </Field>
      <CommandsField
        label="Checks"
        hint="One command per line. Each must exit 0 on a clean checkout before the job counts as proven."
        error={problems.checks}
        placeholder="npm test"
        value={form.checks}
        onChange={(checks) => onChange({ checks })}
      />
      <CommandsField
        label="Setup"
        hint="One command per line, run once before the checks: what they need and the repository does not contain."
        error={problems.setup}
        placeholder="npm ci"
        value={form.setup}
        onChange={(setup) => onChange({ setup })}
      />
      <ModelField form={form} problems={problems} onChange={onChange} />
      {form.mode === 'team' && <TeamOptions form={form} problems={problems} onChange={onChange} />}
      <PolicyChoice
        label="When agents ask before they act"
        value={form.permissions}
        onChange={(permissions) => onChange({ permissions })}
      />
      <PriorityChoice value={form.priority} onChange={(priority) => onChange({ priority })} />
      <Budget form={form} problems={problems} onChange={onChange} />
      {form.mode === 'team' && <RoleBackends form={form} problems={problems} onChange={onChange} />}
    </section>
  )
}

interface CommandsFieldProps {
  readonly label: string
  readonly hint: string
  readonly error: string | undefined
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A field for commands, one per line. */
function CommandsField({ label, hint, error, placeholder, value, onChange }: CommandsFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Textarea
          {...control}
          rows={2}
          value={value}
          spellCheck={false}
          placeholder={placeholder}
          className="min-h-16 font-mono text-xs"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

function TeamOptions({ form, problems, onChange }: OptionsProps) {
  return (
    <>
      <Switch
        label="Approve the plan first"
        hint="The team stops when its plan is ready: you edit it, send it back or approve it."
        checked={form.approvePlan}
        onChange={(approvePlan) => onChange({ approvePlan })}
      />
      <Field
        label="Tasks at once"
        hint="How many developers work in parallel, 1 to 16."
        error={problems.parallelism}
      >
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={form.parallelism}
            className="w-20"
            onChange={(event) => onChange({ parallelism: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}

function PriorityChoice({
  value,
  onChange,
}: {
  readonly value: Priority
  readonly onChange: (value: Priority) => void
}) {
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">Priority</span>
      <div>
        <Segmented label="Priority" value={value} options={priorities} onChange={onChange} />
      </div>
      <p className="text-xs text-muted">{priorities.find((one) => one.value === value)?.hint}</p>
    </div>
  )
}

function Budget({ form, problems, onChange }: OptionsProps) {
  return (
    <>
      <Field label="Budget in tokens" hint="Leave it empty for no limit." error={problems.tokens}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={form.tokens}
            className="w-40"
            onChange={(event) => onChange({ tokens: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label="Budget in US dollars" hint="Leave it empty for no limit." error={problems.usd}>
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            value={form.usd}
            className="w-40"
            onChange={(event) => onChange({ usd: event.target.value.trim() })}
          />
        )}
      </Field>
    </>
  )
}

function ModelField({ form, problems, onChange }: OptionsProps) {
  return (
    <Field
      label="Model"
      hint="The name that its provider uses. Leave it empty for the default of the provider or the backend."
      error={problems.model}
    >
      {(control) => (
        <Input
          {...control}
          value={form.model}
          spellCheck={false}
          onChange={(event) => onChange({ model: event.target.value })}
        />
      )}
    </Field>
  )
}

const roles: readonly Role[] = ['product_owner', 'architect', 'developer', 'reviewer']

function RoleBackends({ form, problems, onChange }: OptionsProps) {
  const choose = (role: Role, name: string | undefined): void => {
    const { [role]: _, ...others } = form.agents
    onChange({ agents: name === undefined ? others : { ...others, [role]: name } })
  }
  return (
    <fieldset className="md:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">Another backend or model for a role</legend>
      <ul className="grid gap-2">
        {roles.map((role) => (
          <li key={role} className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <span className="w-28 text-muted">{roleNames[role]}</span>
            <BackendMenu
              label={`Backend of the ${roleNames[role].toLowerCase()}`}
              none="Same as the job"
              value={form.agents[role]}
              onChange={(name) => choose(role, name)}
            />
            <Input
              aria-label={`Model of the ${roleNames[role].toLowerCase()}`}
              placeholder="Model: same as the job"
              value={form.models[role] ?? ''}
              spellCheck={false}
              className="min-w-40 flex-1"
              onChange={(event) => onChange({ models: { ...form.models, [role]: event.target.value } })}
            />
          </li>
        ))}
      </ul>
      {problems.agents !== undefined && <p className="mt-1.5 text-xs text-failed">{problems.agents}</p>}
    </fieldset>
  )
}
