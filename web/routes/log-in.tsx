import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../src/client/api-error.ts'
import { client } from '../api/client.ts'
import { queryClient } from '../api/query-client.ts'
import { useTitle } from '../shell/title.ts'
import { Wordmark } from '../shell/wordmark.tsx'
import { Button } from '../ui/controls/button.tsx'
import { Field } from '../ui/controls/field.tsx'
import { Input } from '../ui/controls/input.tsx'
import { Code } from '../ui/text/code.tsx'

const route = getRouteApi('/log-in')

/** The log-in page: exchanges the token for a session, and returns to the previous page. */
export function LogInScreen() {
  useTitle('Log in')
  const { to } = route.useSearch()
  const navigate = route.useNavigate()
  const [token, setToken] = useState('')
  const enter = useMutation({
    mutationFn: (given: string) => client.logIn(given),
    onSuccess: async () => {
      queryClient.clear()
      await navigate({ href: to ?? '/', replace: true })
    },
  })
  return (
    <main className="flex min-h-dvh flex-col items-center bg-canvas px-4 pt-[22dvh]">
      <form
        className="flex w-full max-w-84 flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate(token.trim())
        }}
      >
        <Wordmark />
        <h1 className="text-xl font-semibold">Log in</h1>
        <Field
          label="Token"
          hint={
            <>
              Run <Code>slipway token</Code> where the server runs: it prints the token. Or open the address
              that <Code>slipway start</Code> printed.
            </>
          }
          error={enter.error === null ? null : failureText(enter.error)}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              type="password"
              autoComplete="current-password"
              required
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={enter.isPending || token.trim() === ''}>
          {enter.isPending ? 'Opening' : 'Log in'}
        </Button>
      </form>
    </main>
  )
}

function failureText(error: Error): string {
  const isRefused = error instanceof ApiError && error.status === 401
  return isRefused ? 'This is not the token of this server. `slipway token` prints it.' : error.message
}
