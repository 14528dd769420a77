import { useQuery } from '@tanstack/react-query'
import { SendHorizontal } from 'lucide-react'
import { useId, type KeyboardEvent, type SyntheticEvent } from 'react'
import type { AgentView } from '../../../src/contract/job.ts'
import { useSendMessage } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { useTextDraft } from '../../forms/draft.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { IconButton } from '../../ui/controls/button.tsx'
import { Textarea } from '../../ui/controls/input.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'
import { Kbd } from '../../ui/text/code.tsx'

/** Sends a message to an agent. The transcript shows when it was delivered, or that it is waiting. */
export function MessageBox({ jobId, agent }: { readonly jobId: string; readonly agent: AgentView }) {
  const { data: job } = useQuery(queries.job(jobId))
  const send = useSendMessage(jobId)
  const [text, setText] = useTextDraft(`message.${agent.id}`)
  const hintId = useId()
  if (job === undefined || job.completed_at !== null) return null

  const submit = (): void => {
    const said = text.trim()
    if (said === '' || send.isPending) return
    whenSent(send.mutateAsync({ agent_id: agent.id, text: said }), () => setText(''), showFailure)
  }
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault()
    submit()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    submit()
  }
  return (
    <form
      onSubmit={onSubmit}
      className="flex shrink-0 flex-col gap-1.5 border-t border-line px-5 py-3 max-md:px-4"
    >
      <div className="flex items-end gap-2">
        <Textarea
          aria-label={`Message to ${agent.name}`}
          aria-describedby={hintId}
          placeholder={`Write to ${agent.name}`}
          rows={1}
          className="field-sizing-content max-h-40 min-h-8!"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton
          label="Send the message"
          keys="mod+enter"
          variant="plain"
          disabled={text.trim() === '' || send.isPending}
          onClick={submit}
        >
          <SendHorizontal />
        </IconButton>
      </div>
      <p id={hintId} className="flex items-center gap-1.5 text-xs text-faint">
        {agent.status === 'working'
          ? 'It is read when the present turn ends.'
          : 'It is read with the next attempt of this agent.'}
        <span className="ml-auto max-md:hidden">
          <Kbd keys="mod+enter" />
        </span>
      </p>
    </form>
  )
}
