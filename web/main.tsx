import './styles.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import { queryClient } from './api/query-client.ts'
import { router } from './routes/router.ts'

// Compiled parsers need `new Function`, which the page's security policy forbids.
z.config({ jitless: true })

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has lost its root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
