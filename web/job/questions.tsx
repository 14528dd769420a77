import { useQuery } from '@tanstack/react-query'
import type { SyntheticEvent } from 'react'
import type { QuestionView } from '../../src/contract/question.ts'
import { useAnswerQuestion } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import { useTextDraft } from '../forms/draft.ts'
import { whenSent } from '../forms/when-sent.ts'
import { Callout } from '../ui/callout.tsx'
import { Button } from '../ui/controls/button.tsx'
import { Textarea } from '../ui/controls/input.tsx'
import { showFailure } from '../ui/overlays/toast.tsx'
import { TimeLeft } from './time-left.tsx'

/** The open questions of agents. */
export function Questions({ jobId }: { readonly jobId: string }) {
  const { data: questions = [] } = useQuery(queries.questions(jobId))
  const open = questions.filter((question) => question.outcome === null)
  if (open.length === 0) return null
  return (
    <section
      aria-label="Questions"
      className="flex max-h-[40dvh] shrink-0 flex-col gap-2 overflow-y-auto border-b border-line px-6 py-3 max-md:px-4"
    >
      {open.map((question) => (
        <Question key={question.id} jobId={jobId} question={question} />
      ))}
    </section>
  )
}

function Question({ jobId, question }: { readonly jobId: string; readonly question: QuestionView }) {
  const answer = useAnswerQuestion(jobId, question.id)
  const [text, setText] = useTextDraft(`answer.${question.id}`)
  const say = (words: string): void => whenSent(answer.mutateAsync(words), () => setText(''), showFailure)
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault()
    if (text.trim() !== '') say(text.trim())
  }
  return (
    <Callout tone="waiting" title={`${question.agent} asks: ${question.question}`}>
      <p className="text-muted">
        <TimeLeft until={question.deadline} otherwise="the agent decides itself" />
      </p>
      {question.choices.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-2">
          {question.choices.map((choice) => (
            <Button key={choice} size="small" disabled={answer.isPending} onClick={() => say(choice)}>
              {choice}
            </Button>
          ))}
        </div>
      )}
      <form onSubmit={onSubmit} className="mt-2 flex items-end gap-2">
        <Textarea
          aria-label={`Answer to ${question.agent}`}
          placeholder="Your answer"
          rows={1}
          className="field-sizing-content max-h-40 min-h-8!"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" variant="primary" disabled={text.trim() === '' || answer.isPending}>
          Answer
        </Button>
      </form>
    </Callout>
  )
}
