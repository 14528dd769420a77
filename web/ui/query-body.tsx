import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure } from './callout.tsx'
import { SkeletonRows } from './skeleton.tsx'

/** Makes read-only content scrollable with the keyboard. */
const scrolledByKeys = { tabIndex: 0 }

/** The content of a screen with one query: a skeleton, the error in the server's words, or the data. Scrolls by itself. */
export function QueryBody<T>({
  query,
  children,
}: {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
}) {
  const { data, error } = query
  return (
    <div {...scrolledByKeys} className="min-h-0 flex-1 overflow-y-auto -outline-offset-2">
      {data !== undefined && children(data)}
      {data === undefined && error === null && <SkeletonRows />}
      {data === undefined && error !== null && (
        <div className="p-6">
          <Failure error={error} />
        </div>
      )}
    </div>
  )
}
