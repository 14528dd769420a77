import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { currentConnection, useConnection } from '../../api/connection.ts'
import { useCreateJob } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { readDraft, writeDraft } from '../../forms/draft.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { useTitle } from '../../shell/title.ts'
import { Callout } from '../../ui/callout.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { chosenBackend } from './backend.tsx'
import { Composer } from './composer.tsx'
import { Examples } from './examples.tsx'
import { emptyForm, formKey, keptForm, problemsOf, refusedFields, requestOf, type JobForm } from './form.ts'

const JobOptions = lazyPart(async () => (await import('./options.tsx')).JobOptions)
const route = getRouteApi('/app/')

/** The start screen: describe what should be built and press Enter. Everything else has a default. */
export function NewJobScreen() {
  useTitle('New job')
  const { form, backend, change, start, problems, isStarting } = useJobForm()
  const isLost = useConnection().kind === 'lost'
  const [isOpen, setIsOpen] = useState(false)
  const hidden = ['source', 'checks', 'setup', 'tokens', 'usd', 'parallelism', 'agents'] as const
  // Options that opened because of a problem stay open while it is fixed.
  if (!isOpen && hidden.some((field) => problems[field] !== undefined)) setIsOpen(true)
  return (
    <div className="h-full overflow-y-auto">
      <form
        noValidate
        aria-label="New job"
        className="mx-auto flex max-w-184 flex-col gap-4 px-6 pt-[11dvh] pb-12 max-md:px-4 max-md:pt-6"
        onSubmit={(event) => {
          event.preventDefault()
          start()
        }}
      >
        <h1 className="text-2xl font-semibold">What should be built?</h1>
        <Composer
          form={form}
          backend={backend}
          problems={problems}
          isStarting={isStarting}
          options={{ isOpen, toggle: () => setIsOpen(!isOpen) }}
          onChange={change}
          onStart={start}
        />
        {problems.form !== undefined && !isLost && <Callout tone="failed">{problems.form}</Callout>}
        {isOpen && <JobOptions form={form} problems={problems} onChange={change} />}
        {form.vision === '' && !isOpen && <Examples onChoose={(vision) => change({ vision })} />}
      </form>
    </div>
  )
}

/** The state of the form, with the server's defaults, and of its submission. */
function useJobForm() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const create = useCreateJob()
  const { data: settings } = useQuery(queries.settings())
  const { data: backends = [] } = useQuery(queries.backends())
  const [filled, setFilled] = useState<Partial<JobForm>>(() => ({
    ...keptForm(readDraft(formKey)),
    ...(search.vision === undefined ? {} : { vision: search.vision }),
    ...(search.backend === undefined ? {} : { backend: search.backend }),
  }))
  const [hasTried, setHasTried] = useState(false)
  const [key, setKey] = useState(() => crypto.randomUUID())
  const form = { ...emptyForm(settings?.defaults), ...filled }
  const backend = chosenBackend(backends, form.backend)
  const seen = problemsOf(form)

  const change = (next: Partial<JobForm>): void => {
    const { documents, ...kept } = { ...filled, ...next }
    setFilled(documents === undefined ? kept : { ...kept, documents })
    writeDraft(formKey, kept)
    setHasTried(false)
    create.reset()
    // A changed request must not be treated as a repetition of the previous one.
    setKey(crypto.randomUUID())
  }
  const start = (): void => {
    setHasTried(true)
    if (create.isPending || currentConnection().kind === 'lost' || Object.keys(seen).length > 0) return
    const documents = form.documents.map((file) => ({ name: file.name, content: file }))
    whenSent(
      create.mutateAsync({ job: requestOf(form, backend), documents, idempotencyKey: key }),
      ({ id }) => {
        writeDraft(formKey, undefined)
        // A person who goes back before the job's page is loaded finds this form still mounted.
        void navigate({ to: '/jobs/$id', params: { id } }).then(() => setFilled({}))
      },
    )
  }
  const problems = { ...refusedFields(create.error), ...(hasTried ? seen : {}) }
  return { form, backend, change, start, problems, isStarting: create.isPending }
}
