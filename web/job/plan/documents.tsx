import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Section } from '../../ui/page.tsx'
import { Markdown } from '../../ui/text/markdown.tsx'

const documents = [
  { path: 'docs/requirements.md', title: 'Requirements' },
  { path: 'docs/design.md', title: 'Design' },
] as const

/** The planners' documents, as they are in the repository. */
export function PlanDocuments({ jobId }: { readonly jobId: string }) {
  const { data: tree } = useQuery(queries.files(jobId))
  const there = documents.filter(({ path }) => tree?.files.some((file) => file.path === path))
  return there.map(({ path, title }) => <Document key={path} jobId={jobId} path={path} title={title} />)
}

function Document({
  jobId,
  path,
  title,
}: {
  readonly jobId: string
  readonly path: string
  readonly title: string
}) {
  const [isOpen, setIsOpen] = useState(false)
  const { data: file } = useQuery({ ...queries.file(jobId, path), enabled: isOpen })
  return (
    <Section
      title={title}
      hint={path}
      actions={
        <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Read'}
        </Button>
      }
    >
      {isOpen && file !== undefined && file.encoding === 'utf8' && (
        <div className="max-w-200">
          <Markdown text={file.content} />
        </div>
      )}
    </Section>
  )
}
