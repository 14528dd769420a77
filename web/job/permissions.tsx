import { useQuery } from '@tanstack/react-query'
import type { PermissionView } from '../../src/contract/permission.ts'
import { useAnswerPermission } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import { Callout } from '../ui/callout.tsx'
import { Button } from '../ui/controls/button.tsx'
import { showFailure } from '../ui/overlays/toast.tsx'
import { TimeLeft } from './time-left.tsx'
import { inputText } from './transcript/input-text.ts'
import { LongText } from './transcript/long-text.tsx'

/** The open permission requests: the agent, the action, the possible answers and the deadline. */
export function Permissions({ jobId }: { readonly jobId: string }) {
  const { data: permissions = [] } = useQuery(queries.permissions(jobId))
  const open = permissions.filter((permission) => permission.outcome === null)
  if (open.length === 0) return null
  return (
    <section
      aria-label="Permissions"
      className="flex max-h-[40dvh] shrink-0 flex-col gap-2 overflow-y-auto border-b border-line px-6 py-3 max-md:px-4"
    >
      {open.map((permission) => (
        <Question key={permission.id} jobId={jobId} permission={permission} />
      ))}
    </section>
  )
}

function Question({ jobId, permission }: { readonly jobId: string; readonly permission: PermissionView }) {
  const answer = useAnswerPermission(jobId, permission.id)
  const input = inputText(permission.input)
  const choose = (option: string | null): void => answer.mutate(option, { onError: showFailure })
  const canRefuse = permission.options.some((option) => option.kind.startsWith('reject'))
  return (
    <Callout tone="waiting" title={`${permission.agent} asks: ${permission.title}`}>
      <p className="text-muted">
        <TimeLeft until={permission.deadline} otherwise="it is refused" />
      </p>
      {input !== null && (
        <div className="mt-2">
          <LongText name="What it wants to do" text={input} />
        </div>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        {permission.options.map((option) => (
          <Button
            key={option.id}
            size="small"
            variant={option.kind === 'allow_once' ? 'primary' : 'plain'}
            disabled={answer.isPending}
            onClick={() => choose(option.id)}
          >
            {option.name}
          </Button>
        ))}
        {!canRefuse && (
          <Button size="small" disabled={answer.isPending} onClick={() => choose(null)}>
            Refuse
          </Button>
        )}
      </div>
    </Callout>
  )
}
