import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import { QueryBody } from '../../ui/query-body.tsx'
import { Code } from '../../ui/text/code.tsx'
import { Ago } from '../../ui/text/since.tsx'

const route = getRouteApi('/app/jobs/$id/files')

/** The commits of main, newest first, each with links to its changes and to the files at that commit. */
export function History({ jobId }: { readonly jobId: string }) {
  const { ref } = route.useSearch()
  return (
    <div className="flex h-full min-h-0 flex-col">
      <QueryBody query={useQuery(queries.commits(jobId, ref))}>
        {(commits) => (
          <ol className="mx-auto w-full max-w-240 px-6 py-2 max-md:px-4">
            {commits.map((commit) => (
              <li
                key={commit.commit}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5"
              >
                <span className="min-w-0 flex-1 basis-64">
                  <Link
                    to="/jobs/$id/files"
                    params={{ id: jobId }}
                    search={{ view: 'diff', to: commit.commit, from: commit.parents[0] }}
                    className="rounded font-medium wrap-anywhere hover:underline"
                  >
                    {commit.subject}
                  </Link>
                  <span className="block text-xs text-muted">
                    {commit.author}, <Ago at={commit.at} />
                  </span>
                </span>
                <Link
                  to="/jobs/$id/files"
                  params={{ id: jobId }}
                  search={{ ref: commit.commit }}
                  title="The files as of this commit"
                  className="rounded"
                >
                  <Code>{commit.commit.slice(0, 12)}</Code>
                </Link>
              </li>
            ))}
          </ol>
        )}
      </QueryBody>
    </div>
  )
}
