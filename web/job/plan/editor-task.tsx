import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import { IconButton } from '../../ui/controls/button.tsx'
import { Checkbox } from '../../ui/controls/checkbox.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input, Textarea } from '../../ui/controls/input.tsx'
import { Select } from '../../ui/controls/select.tsx'
import type { DraftTask } from './draft.ts'

interface TaskEditorProps {
  readonly task: DraftTask
  readonly number: number
  readonly others: readonly DraftTask[]
  readonly problems: readonly string[]
  readonly onChange: (change: Partial<DraftTask>) => void
  readonly onMove: (by: -1 | 1) => void
  readonly onRemove: () => void
}

/** The editor of one task, with its problems. */
export function TaskEditor(props: TaskEditorProps) {
  const { task, number, problems, onChange, onMove, onRemove } = props
  const name = task.title.trim() === '' ? `task ${number}` : `“${task.title}”`
  return (
    <li className="flex flex-col gap-4 rounded-lg border border-line p-4">
      <div className="flex items-end gap-2">
        <span className="w-6 pb-1.5 text-muted tabular-nums">{number}</span>
        <div className="min-w-0 flex-1">
          <Field label={`Title of task ${number}`}>
            {(control) => (
              <Input
                {...control}
                value={task.title}
                onChange={({ target }) => onChange({ title: target.value })}
              />
            )}
          </Field>
        </div>
        <IconButton label={`Move ${name} up`} onClick={() => onMove(-1)}>
          <ArrowUp />
        </IconButton>
        <IconButton label={`Move ${name} down`} onClick={() => onMove(1)}>
          <ArrowDown />
        </IconButton>
        <IconButton label={`Remove ${name}`} onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      {problems.map((sentence) => (
        <p key={sentence} role="alert" className="text-xs text-failed">
          {sentence}
        </p>
      ))}
      <Field label="What is to be done">
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            value={task.description}
            onChange={({ target }) => onChange({ description: target.value })}
          />
        )}
      </Field>
      <div className="grid gap-4 md:grid-cols-2">
        <Lines task={task} onChange={onChange} />
        <Waits {...props} />
      </div>
    </li>
  )
}

function Lines({ task, onChange }: Pick<TaskEditorProps, 'task' | 'onChange'>) {
  return (
    <div className="flex flex-col gap-4">
      <Field label="It is done when" hint="One sentence per line.">
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            value={task.acceptance}
            onChange={({ target }) => onChange({ acceptance: target.value })}
          />
        )}
      </Field>
      <Field label="Checks" hint="One command per line.">
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            dir="ltr"
            spellCheck={false}
            value={task.checks}
            className="font-mono text-xs"
            onChange={({ target }) => onChange({ checks: target.value })}
          />
        )}
      </Field>
    </div>
  )
}

function Waits({ task, number, others, onChange }: TaskEditorProps) {
  const toggle = (key: string, isOn: boolean): void =>
    onChange({ dependsOn: isOn ? [...task.dependsOn, key] : task.dependsOn.filter((other) => other !== key) })
  return (
    <div className="flex flex-col gap-4">
      <Field label={`Role for task ${number}`}>
        {(control) => (
          <Select
            {...control}
            value={task.role}
            className="w-40"
            onChange={({ target }) => onChange({ role: target.value === 'tester' ? 'tester' : 'developer' })}
          >
            <option value="developer">Developer</option>
            <option value="tester">Tester</option>
          </Select>
        )}
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 text-sm font-medium">Waits for</legend>
        {others.length === 0 && <p className="text-xs text-muted">There is no other task.</p>}
        {others.map((other) => (
          <Checkbox
            key={other.key}
            label={other.title === '' ? other.key : other.title}
            checked={task.dependsOn.includes(other.key)}
            onChange={(isOn) => toggle(other.key, isOn)}
          />
        ))}
      </fieldset>
    </div>
  )
}
