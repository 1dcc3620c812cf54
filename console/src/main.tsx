import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { App } from './app.tsx'
import { isRefusal } from './lib/api.ts'
import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/graphs.css'
import './styles/talk.css'
import './styles/text.css'
import './styles/queries.css'
import './styles/team.css'
import './styles/status.css'
import './styles/shell.css'
import './styles/home.css'
import './styles/room.css'
import './styles/cockpit.css'
import './styles/pins.css'
import './styles/debrief.css'
import './styles/logs.css'
import './styles/map.css'
import './styles/people.css'
import './styles/tickets.css'
import './styles/handover.css'
import './styles/shift.css'
import './styles/terminal.css'
import './styles/trace.css'
import './styles/traces.css'
import './styles/palette.css'
import './styles/tour.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // A refused request is not retried; one without an answer is.
      retry: (count, error) => !isRefusal(error) && count < 2,
    },
  },
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <BrowserRouter>
        <App />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
)
