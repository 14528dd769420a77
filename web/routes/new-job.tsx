import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../src/client/api-error.ts'
import { useCreateJob } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import { useTitle } from '../shell/title.ts'
import { Button } from '../ui/button.tsx'
import { Failure } from '../ui/callout.tsx'
import { Field } from '../ui/field.tsx'
import { Textarea } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'

const route = getRouteApi('/app/')

/** Where everything begins: say what should be built, choose who builds it, start. */
export function NewJobScreen() {
  useTitle('New job')
  const search = route.useSearch()
  const navigate = useNavigate()
  const create = useCreateJob()
  const [vision, setVision] = useState(search.vision ?? '')
  const [chosen, setChosen] = useState(search.backend)
  const [key] = useState(() => crypto.randomUUID())
  const backend = useBackend(chosen)
  const problem = problemWith(create.error, 'vision')

  const start = (): void => {
    create.mutate(
      { job: { vision, ...(backend === undefined ? {} : { backend }) }, documents: [], idempotencyKey: key },
      { onSuccess: ({ id }) => void navigate({ to: '/jobs/$id', params: { id } }) },
    )
  }

  return (
    <div className="h-full overflow-y-auto">
      <form
        className="mx-auto flex max-w-180 flex-col gap-5 px-6 pt-[12dvh] pb-12 max-md:px-4 max-md:pt-8"
        onSubmit={(event) => {
          event.preventDefault()
          start()
        }}
      >
        <h1 className="text-2xl font-semibold">What should be built?</h1>
        <VisionField value={vision} onChange={setVision} onStart={start} error={problem} />
        {create.error !== null && problem === null && <Failure error={create.error} />}
        <div className="flex flex-wrap items-end justify-between gap-4">
          <BackendField value={backend} onChange={setChosen} />
          <Button type="submit" variant="primary" disabled={create.isPending || vision.trim() === ''}>
            {create.isPending ? 'Starting' : 'Start'}
          </Button>
        </div>
      </form>
    </div>
  )
}

/** What was chosen, else the default where it is available, else the first that is. */
function useBackend(chosen: string | undefined): string | undefined {
  const { data = [] } = useQuery(queries.backends())
  const available = data.filter((backend) => backend.available)
  return chosen ?? (available.find((backend) => backend.default) ?? available[0])?.name
}

function VisionField({
  value,
  onChange,
  onStart,
  error,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onStart: () => void
  readonly error: string | null
}) {
  return (
    <Field
      label="Vision"
      hint="Say what it is, who uses it and what it must do. The team asks for nothing it can decide itself."
      error={error}
    >
      {(control) => (
        <Textarea
          {...control}
          autoFocus
          rows={7}
          required
          value={value}
          placeholder="A command line todo list that keeps its tasks in a file, with tests."
          className="text-base"
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) onStart()
          }}
        />
      )}
    </Field>
  )
}

function BackendField({
  value,
  onChange,
}: {
  readonly value: string | undefined
  readonly onChange: (name: string) => void
}) {
  const { data } = useQuery(queries.backends())
  return (
    <Field label="Backend">
      {(control) => (
        <Select
          {...control}
          value={value ?? ''}
          className="w-64"
          onChange={(event) => onChange(event.target.value)}
        >
          {data?.map(({ name, display_name, available, reason }) => (
            <option key={name} value={name} disabled={!available}>
              {available ? display_name : `${display_name}: ${reason ?? 'not available'}`}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

function problemWith(error: Error | null, field: string): string | null {
  if (!(error instanceof ApiError)) return null
  return error.issues.find(({ path }) => path === field)?.message ?? null
}
