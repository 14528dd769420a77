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
import { laterCode } from '../api/later-code.ts'
import { useConnection } from '../api/connection.ts'
import { offerPrefetch } from '../api/prefetch.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { showToast } from './toast.tsx'

interface PartOptions<Props> {
  /** What stands there while the code is on its way; nothing unless told. */
  readonly fallback?: (props: Props) => ReactNode
  /** Whether the code is fetched ahead when the page is idle; `never` for what is large and seldom needed. */
  readonly prefetch?: 'idle' | 'never'
}

/** What every lazy part takes beside its own properties. */
interface PartProps {
  /** Closes what cannot be opened; with it a failure is told in a toast, without it in the place of the part. */
  readonly onFailed?: () => void
}

type LazyPart<Props> = ((props: Props & PartProps) => ReactNode) & {
  /** Fetches the code. Never rejects: a failure is told where the part is shown. */
  readonly preload: () => Promise<void>
}

/**
 * Makes a component of code that is loaded when it is needed. A load that failed is tried again, and again whenever the
 * connection comes back or somebody asks for it; until then only the part is missing, and the screen around it stands.
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
    // What has been shown stays: another component in its place would begin anew.
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

/** Keeps a failure to itself. A class, because React tells only classes of failures below them. */
class PartBoundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : this.props.failed(this.state.error)
  }
}

/** In the place of a part that could not be loaded: why, and the way on, which is taken when the server is back. */
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
    // Told once, when it has failed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return children
}
