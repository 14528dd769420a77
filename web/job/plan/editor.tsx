import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Plan } from '../../../src/contract/plan.ts'
import { useEditPlan } from '../../api/mutations.ts'
import { readDraft, writeDraft } from '../../forms/draft.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { Callout } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input, Textarea } from '../../ui/controls/input.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'
import { Section } from '../../ui/page.tsx'
import {
  addTask,
  changeTask,
  draftKey,
  fromDraft,
  keptDraft,
  moveTask,
  problemsOf,
  refusedParts,
  removeTask,
  toDraft,
  type PlanDraft,
  type PlanProblems,
} from './draft.ts'
import { TaskEditor } from './editor-task.tsx'
import { PlanGraph } from './graph.tsx'

/** The editor of the plan: texts, order, dependencies, checks, tasks. Changes apply to the job only when they are saved. */
export function PlanEditor({
  jobId,
  version,
  plan,
  onClose,
}: {
  readonly jobId: string
  readonly version: number
  readonly plan: Plan
  readonly onClose: () => void
}) {
  const { draft, setDraft, problems, save, discard, isSaving } = useDraft(jobId, version, plan, onClose)
  return (
    <form
      noValidate
      aria-label="Edit the plan"
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <EditorBar isSaving={isSaving} onDiscard={discard} />
      {problems.whole.map((sentence) => (
        <Callout key={sentence} tone="failed">
          {sentence}
        </Callout>
      ))}
      <PlanGraph jobId={jobId} planned={fromDraft(draft).tasks} tasks={[]} />
      <Field label="Title of the plan">
        {(control) => (
          <Input
            {...control}
            value={draft.title}
            onChange={({ target }) => setDraft({ ...draft, title: target.value })}
          />
        )}
      </Field>
      <TaskEditors draft={draft} byKey={problems.byKey} onChange={setDraft} />
      <div>
        <Button onClick={() => setDraft(addTask(draft))}>
          <Plus aria-hidden />
          Add a task
        </Button>
      </div>
      <Section title="Checks of the whole job">
        <Textarea
          aria-label="Checks of the whole job, one command per line"
          rows={3}
          dir="ltr"
          spellCheck={false}
          value={draft.checks}
          className="font-mono text-xs"
          onChange={({ target }) => setDraft({ ...draft, checks: target.value })}
        />
      </Section>
    </form>
  )
}

function EditorBar({ isSaving, onDiscard }: { readonly isSaving: boolean; readonly onDiscard: () => void }) {
  return (
    <div className="sticky top-0 z-10 -mx-2 flex flex-wrap items-center gap-2 border-b border-line bg-surface px-2 py-2">
      <h2 className="mr-auto text-base font-semibold">Edit the plan</h2>
      <Button variant="quiet" onClick={onDiscard}>
        Discard
      </Button>
      <Button type="submit" variant="primary" disabled={isSaving}>
        Save the plan
      </Button>
    </div>
  )
}

function TaskEditors({
  draft,
  byKey,
  onChange,
}: {
  readonly draft: PlanDraft
  readonly byKey: PlanProblems['byKey']
  readonly onChange: (draft: PlanDraft) => void
}) {
  return (
    <ol aria-label="Tasks" className="flex flex-col gap-3">
      {draft.tasks.map((task, index) => (
        <TaskEditor
          key={task.key}
          task={task}
          number={index + 1}
          others={draft.tasks.filter((other) => other.key !== task.key)}
          problems={byKey.get(task.key) ?? []}
          onChange={(change) => onChange(changeTask(draft, task.key, change))}
          onMove={(by) => onChange(moveTask(draft, task.key, by))}
          onRemove={() => onChange(removeTask(draft, task.key))}
        />
      ))}
    </ol>
  )
}

function useDraft(jobId: string, version: number, plan: Plan, onClose: () => void) {
  const key = draftKey(jobId, version)
  const [draft, change] = useState(() => keptDraft(readDraft(key)) ?? toDraft(plan))
  const [hasTried, setHasTried] = useState(false)
  const edit = useEditPlan(jobId)
  const seen = problemsOf(draft)
  const isSound = seen.whole.length === 0 && seen.byKey.size === 0
  const setDraft = (next: typeof draft): void => {
    change(next)
    writeDraft(key, next)
    edit.reset()
  }
  const discard = (): void => {
    writeDraft(key, undefined)
    onClose()
  }
  const save = (): void => {
    setHasTried(true)
    if (!isSound || edit.isPending) return
    whenSent(edit.mutateAsync({ version, plan: fromDraft(draft) }), () => {
      showToast('done', 'The plan is saved. It is built when you approve it.')
      discard()
    })
  }
  const problems = hasTried && !isSound ? seen : refusedParts(draft, edit.error)
  return { draft, setDraft, problems, save, discard, isSaving: edit.isPending }
}
