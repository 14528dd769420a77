import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BackupView } from '../../../src/contract/backup.ts'
import { useBackUp } from '../../api/back-up.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Switch } from '../../ui/controls/checkbox.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input } from '../../ui/controls/input.tsx'
import { Section } from '../../ui/page.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Ago } from '../../ui/text/since.tsx'

/** The last backup, with a form to make another. */
export function Backup() {
  const { data } = useQuery(queries.backup())
  const [directory, setDirectory] = useState('')
  const [withKey, setWithKey] = useState(false)
  const { mutate, error, isPending } = useBackUp()
  const isRunning = isPending || data?.status === 'running'
  return (
    <Section
      title="Backup"
      hint="Copies everything into a new directory on the server's machine, while the server keeps running. slipway restore turns the copy into a data directory."
    >
      <form
        noValidate
        className="grid max-w-160 gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          mutate({ directory, with_key: withKey })
        }}
      >
        <Field
          label="Directory"
          hint="An absolute path. The directory must not exist yet, or must be empty."
          error={error === null ? undefined : error.message}
        >
          {(control) => (
            <Input
              {...control}
              value={directory}
              spellCheck={false}
              placeholder="/backups/monday"
              onChange={(event) => setDirectory(event.target.value)}
            />
          )}
        </Field>
        <Switch
          label="Include the keys"
          hint="The key that encrypts the secrets, and the server's token. Whoever has the copy has them too."
          checked={withKey}
          onChange={setWithKey}
        />
        <div>
          <Button type="submit" disabled={isRunning || directory.trim() === ''}>
            {isRunning ? 'Backing up' : 'Back up'}
          </Button>
        </div>
      </form>
      {data !== undefined && data.status !== 'never' && <LastBackup backup={data} />}
    </Section>
  )
}

function LastBackup({ backup }: { readonly backup: BackupView }) {
  const { status, directory, ended_at, jobs, error } = backup
  if (status === 'failed')
    return <Failure error={new Error(`The backup failed: ${error ?? 'the reason is not known'}`)} />
  return (
    <div aria-live="polite" className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
      <StatusPill status={status === 'done' ? 'completed' : 'running'} />
      {status === 'running' ? (
        <>
          <ProgressBar
            value={jobs.total === 0 ? 0 : Math.floor((100 * jobs.done) / jobs.total)}
            label="Progress of the backup"
            tone="running"
            className="w-32"
          />
          <p className="tabular-nums">
            The files of {jobs.done} of {jobs.total} jobs are copied
          </p>
        </>
      ) : (
        <p className="wrap-anywhere">
          {directory}
          {ended_at !== null && (
            <>
              , <Ago at={ended_at} />
            </>
          )}
        </p>
      )}
    </div>
  )
}
