import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { aMoment } from '../api/a-moment.ts'
import { queries } from '../api/queries.ts'
import { queryClient } from '../api/query-client.ts'
import { loadBoard } from '../board/load-board.ts'
import { NotFound, ScreenFailure, ScreenPending } from '../shell/failures.tsx'
import { Shell } from '../shell/shell.tsx'
import { lazyPart } from '../ui/lazy-part.tsx'
import {
  ActivitySearch,
  FilesSearch,
  JobSearch,
  JobsSearch,
  LogInSearch,
  NewJobSearch,
  ProofSearch,
  TeamSearch,
} from './search.ts'

/**
 * The routes of the UI. Screens are loaded on demand; the shell is loaded at the start. The first data of a job's page is
 * requested while its screen is still loading, and awaited briefly, so that it is rendered once. Screens never import this
 * file: they read their parameters with `getRouteApi('/app/...')`.
 */
const root = createRootRoute()

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/log-in',
  validateSearch: LogInSearch,
  component: lazyPart(async () => (await import('./log-in.tsx')).LogInScreen),
})

const app = createRoute({ getParentRoute: () => root, id: 'app', component: Shell })

const newJob = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: NewJobSearch,
  component: lazyPart(async () => (await import('./new-job/new-job.tsx')).NewJobScreen),
})

const jobs = createRoute({
  getParentRoute: () => app,
  path: '/jobs',
  validateSearch: JobsSearch,
  component: lazyPart(async () => (await import('./jobs/jobs.tsx')).JobsScreen),
})

const backends = createRoute({
  getParentRoute: () => app,
  path: '/backends',
  component: lazyPart(async () => (await import('./backends/backends.tsx')).BackendsScreen),
})

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyPart(async () => (await import('./settings/settings.tsx')).SettingsScreen),
})

const health = createRoute({
  getParentRoute: () => app,
  path: '/health',
  component: lazyPart(async () => (await import('./health/health.tsx')).HealthScreen),
})

const job = createRoute({
  getParentRoute: () => app,
  path: '/jobs/$id',
  validateSearch: JobSearch,
  loader: ({ params: { id } }) => aMoment(queryClient.prefetchQuery(queries.job(id))),
  component: lazyPart(async () => (await import('./job.tsx')).JobFrame),
})

const board = createRoute({
  getParentRoute: () => job,
  path: '/',
  loader: ({ params: { id } }) => aMoment(loadBoard(id)),
  component: lazyPart(async () => (await import('../board/board.tsx')).Board),
})

const team = createRoute({
  getParentRoute: () => job,
  path: '/team',
  validateSearch: TeamSearch,
  component: lazyPart(async () => (await import('../job/team/team.tsx')).Team),
})

const activity = createRoute({
  getParentRoute: () => job,
  path: '/activity',
  validateSearch: ActivitySearch,
  component: lazyPart(async () => (await import('../job/activity/activity.tsx')).Activity),
})

const files = createRoute({
  getParentRoute: () => job,
  path: '/files',
  validateSearch: FilesSearch,
  component: lazyPart(async () => (await import('../job/files/files.tsx')).Files),
})

const proof = createRoute({
  getParentRoute: () => job,
  path: '/proof',
  validateSearch: ProofSearch,
  component: lazyPart(async () => (await import('../job/proof/proof.tsx')).ProofTab),
})

const plan = createRoute({
  getParentRoute: () => job,
  path: '/plan',
  component: lazyPart(async () => (await import('../job/plan/plan.tsx')).PlanTab),
})

const tree = root.addChildren([
  logIn,
  app.addChildren([
    newJob,
    jobs,
    backends,
    settings,
    health,
    job.addChildren([board, team, activity, files, proof, plan]),
  ]),
])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: ScreenFailure,
  defaultPendingComponent: ScreenPending,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
