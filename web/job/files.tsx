import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { QueryBody } from '../ui/query-body.tsx'
import { useJobId } from './use-job-id.ts'

/** The job's repository. */
export function Files() {
  const id = useJobId()
  return (
    <QueryBody query={useQuery(queries.files(id))}>
      {(tree) =>
        tree.files.length === 0 ? (
          <EmptyState title="No files yet">The first merged task brings them.</EmptyState>
        ) : (
          <ul className="py-2">
            {tree.files.map((file) => (
              <li key={file.path} className="flex h-8 items-center gap-3 px-6 hover:bg-hover max-md:px-4">
                <code className="min-w-0 flex-1 truncate text-xs">{file.path}</code>
                <span className="text-xs text-faint tabular-nums">{file.size} B</span>
              </li>
            ))}
          </ul>
        )
      }
    </QueryBody>
  )
}
