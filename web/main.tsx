import './styles.css'
import './jitless.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { aMoment } from './api/a-moment.ts'
import { startPrefetching } from './api/prefetch.ts'
import { queryClient } from './api/query-client.ts'
import { router } from './routes/router.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has lost its root')
// Waits for the screen's code and data, so that a page is rendered once, not three times: as a frame, with skeletons, and
// complete.
void aMoment(router.load()).then(() => {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
  startPrefetching()
})
