import { Outlet, useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { JobSummary } from '../../src/contract/job.ts'
import { useConnection } from '../api/connection.ts'
import { useFleet } from '../api/fleet.ts'
import { onLoggedOut } from '../api/logged-out.ts'
import { lazyPart } from '../ui/lazy-part.tsx'
import { Toasts } from '../ui/overlays/toast.tsx'
import { Announcer } from './announce.tsx'
import { useCommands, type Command } from './commands.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { useKeptFocus } from './kept-focus.ts'
import { BottomBar, Sidebar } from './navigation.tsx'
import { useNeedsYou } from './needs-you.ts'
import { isNotifying, notify } from './notifications.ts'
import { useShortcuts } from './shortcuts.ts'
import { useTitleCount } from './title.ts'

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette)
const KeysSheet = lazyPart(async () => (await import('./keys-sheet.tsx')).KeysSheet)

/** The frame around every screen, with their shared features: live lists, shortcuts, notifications, log-in. */
export function Shell() {
  const navigate = useNavigate()
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null)
  const close = useCallback((isOpen: boolean) => setOpen((now) => (isOpen ? now : null)), [])

  useFleet(
    useCallback(
      (job: JobSummary, before: JobSummary | undefined) =>
        notify(job, before, (id) => void navigate({ to: '/jobs/$id', params: { id } })),
      [navigate],
    ),
    isNotifying,
  )
  useEffect(
    () =>
      onLoggedOut(() => {
        const { pathname, search } = window.location
        // Several requests can fail at once; the first one has already navigated.
        if (pathname !== '/log-in') void navigate({ to: '/log-in', search: { to: `${pathname}${search}` } })
      }),
    [navigate],
  )
  useShortcuts()
  useStandStill()
  useKeptFocus()
  useTitleCount(useNeedsYou())
  useCommands(useMemo(() => everywhere((to) => void navigate({ to }), setOpen), [navigate]))

  return (
    <>
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="flex h-dvh flex-col bg-canvas md:flex-row">
        <Sidebar onSearch={() => setOpen('palette')} />
        <main
          id="main"
          tabIndex={-1}
          className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none md:my-2 md:mr-2 md:overflow-hidden md:rounded-lg md:border md:border-line"
        >
          <ConnectionBanner />
          <div className="min-h-0 flex-1 in-data-disconnected:opacity-70">
            <Outlet />
          </div>
        </main>
        <BottomBar />
      </div>
      <Announcer />
      <Toasts />
      {open === 'palette' && <Palette onOpenChange={close} onFailed={() => close(false)} />}
      {open === 'keys' && <KeysSheet onOpenChange={close} onFailed={() => close(false)} />}
    </>
  )
}

/** Pauses animations while the server is lost, because it is not known whether work continues. */
function useStandStill(): void {
  const isLost = useConnection().kind === 'lost'
  useEffect(() => {
    document.documentElement.toggleAttribute('data-disconnected', isLost)
    return () => document.documentElement.removeAttribute('data-disconnected')
  }, [isLost])
}

type Place = '/' | '/jobs' | '/backends' | '/settings' | '/health'

function everywhere(go: (to: Place) => void, open: (what: 'palette' | 'keys') => void): readonly Command[] {
  const to = (place: Place, title: string, keys: string): Command => ({
    id: `go ${place}`,
    title,
    group: 'Go to',
    keys,
    run: () => go(place),
  })
  return [
    to('/', 'New job', 'g n'),
    to('/jobs', 'Jobs', 'g j'),
    to('/backends', 'Backends', 'g b'),
    to('/settings', 'Settings', 'g s'),
    to('/health', 'Health', 'g h'),
    {
      id: 'palette',
      title: 'Go to or do anything',
      group: 'Help',
      keys: 'mod+k',
      run: () => open('palette'),
    },
    { id: 'keys', title: 'Show the keyboard shortcuts', group: 'Help', keys: '?', run: () => open('keys') },
  ]
}
