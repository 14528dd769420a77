import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BudgetView } from '../../../src/contract/job.ts'
import { useSetBudget } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Input } from '../../ui/controls/input.tsx'

/** Raises the budget of a job that waits for it: doubles it, unless a person enters another value. */
export function RaiseBudget({ jobId }: { readonly jobId: string }) {
  const { data: budget } = useQuery(queries.budget(jobId))
  return budget === undefined ? null : (
    <RaiseForm key={JSON.stringify(budget.limit)} jobId={jobId} budget={budget} />
  )
}

function RaiseForm({ jobId, budget }: { readonly jobId: string; readonly budget: BudgetView }) {
  const raise = useSetBudget(jobId)
  const [tokens, setTokens] = useState(proposed(budget.limit.tokens))
  const [usd, setUsd] = useState(proposed(budget.limit.usd))
  const amounts = [
    { label: 'Tokens', value: tokens, change: setTokens },
    { label: 'Dollars', value: usd, change: setUsd },
  ].filter(({ value }) => value !== null)
  return (
    <form
      noValidate
      className="mt-1.5 flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        raise.mutate({
          ...(tokens === null ? {} : { tokens: Number(tokens) }),
          ...(usd === null ? {} : { usd: Number(usd) }),
        })
      }}
    >
      {amounts.map(({ label, value, change }) => (
        <label key={label} className="flex items-center gap-1.5">
          <span className="whitespace-nowrap">{label}</span>
          <Input
            inputMode="decimal"
            className="w-32"
            value={value ?? ''}
            onChange={({ target }) => change(target.value)}
          />
        </label>
      ))}
      <Button type="submit" size="small" disabled={raise.isPending}>
        Raise the budget
      </Button>
      {raise.error !== null && (
        <span role="alert" className="text-xs text-failed">
          {raise.error.message}
        </span>
      )}
    </form>
  )
}

function proposed(limit: number | null): string | null {
  return limit === null ? null : String(limit * 2)
}
