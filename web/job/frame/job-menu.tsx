import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import type { JobView } from '../../../src/contract/job.ts'
import { IconButton } from '../../ui/controls/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { FirstClick } from '../../ui/overlays/menu.tsx'

const Panel = lazyPart(async () => (await import('./job-menu-panel.tsx')).JobMenuPanel, {
  fallback: ({ trigger }) => trigger,
})

/** The menu of the job. Its items are loaded when it is opened for the first time. */
export function JobMenu({ job }: { readonly job: JobView }) {
  const [isWanted, setIsWanted] = useState(false)
  const trigger = (
    <IconButton label="More about this job" size="small">
      <Ellipsis />
    </IconButton>
  )
  if (isWanted) return <Panel job={job} trigger={trigger} onFailed={() => setIsWanted(false)} />
  return <FirstClick trigger={trigger} onWanted={() => setIsWanted(true)} />
}
