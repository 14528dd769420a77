import {
  Component,
  lazy,
  Suspense,
  useEffect,
  useRef,
  useState,
  type ComponentType,
  type ReactNode,
} from 'react'
import { useConnection } from '../api/connection.ts'
import { laterCode } from '../api/later-code.ts'
import { offerPrefetch } from '../api/prefetch.ts'
import { Callout } from './callout.tsx'
import { Button } from './controls/button.tsx'
import { showToast } from './overlays/toast.tsx'

interface PartOptions<Props> {
  /** Shown while the code is loading; nothing by default. */
  readonly fallback?: (props: Props) => ReactNode
  /** Whether the code is prefetched when the page is idle; `never` for large and rarely needed code. */
  readonly prefetch?: 'idle' | 'never'
}

/** The additional properties of every lazy part. */
interface PartProps {
  /** Closes a part that failed to load; with it the error is shown in a toast, without it in place of the part. */
  readonly onFailed?: () => void
}

type LazyPart<Props> = ((props: Props & PartProps) => ReactNode) & {
  /** Loads the code. Never rejects: a failure is shown where the part is rendered. */
  readonly preload: () => Promise<void>
}

/**
 * Creates a component whose code is loaded on demand. A failed load is retried, and again whenever the connection comes back
 * or on request; until then only the part is missing, and the screen around it works.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { fallback, prefetch = 'idle' }: PartOptions<Props> = {},
): LazyPart<Props> {
  const code = laterCode(load)
  if (prefetch === 'idle') offerPrefetch(code.load)
  const newBody = (): ComponentType<Props> =>
    code.known() ?? lazy(async () => ({ default: await code.load() }))

  function Part({ onFailed, ...rest }: Props & PartProps) {
    // Kept in state, because another component in its place would be mounted anew.
    const [{ Body, tries }, setBody] = useState(() => ({ Body: newBody(), tries: 0 }))
    const retry = (): void => setBody(() => ({ Body: newBody(), tries: tries + 1 }))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Props without what was taken out above.
    const props = rest as unknown as Props
    const meanwhile = fallback?.(props)
    return (
      <PartBoundary
        key={tries}
        failed={(error) =>
          onFailed === undefined ? (
            <PartFailure error={error} retry={retry} />
          ) : (
            <FailureToast onFailed={onFailed}>{meanwhile}</FailureToast>
          )
        }
      >
        <Suspense fallback={meanwhile}>
          <Body {...props} />
        </Suspense>
      </PartBoundary>
    )
  }
  return Object.assign(Part, {
    preload: async () => {
      await code.load().catch(() => undefined)
    },
  })
}

interface BoundaryProps {
  readonly failed: (error: Error) => ReactNode
  readonly children: ReactNode
}

/** Contains errors of the part. A class component, because only classes can catch errors of their children. */
class PartBoundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : this.props.failed(this.state.error)
  }
}

/** Shown in place of a part that failed to load: the error and a retry, which also runs when the server is back. */
function PartFailure({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const connection = useConnection()
  const isLost = connection.kind === 'lost'
  const wasLost = useRef(isLost)
  useEffect(() => {
    if (isLost) wasLost.current = true
    else if (wasLost.current) retry()
  }, [isLost, retry])
  return (
    <div className="p-4">
      <Callout
        tone="waiting"
        action={
          <Button size="small" onClick={retry}>
            Try again
          </Button>
        }
      >
        {isLost
          ? 'This part has not been loaded yet and the server cannot be reached. It appears when the server is back.'
          : `This part could not be loaded: ${error.message}`}
      </Callout>
    </div>
  )
}

function FailureToast({
  onFailed,
  children,
}: {
  readonly onFailed: () => void
  readonly children: ReactNode
}) {
  useEffect(() => {
    showToast(
      'failed',
      'This could not be opened because the server cannot be reached. Try it again in a moment.',
    )
    onFailed()
    // Reported once, when it fails.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return children
}
