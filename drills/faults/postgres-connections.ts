import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  connections: z.number().int().min(1).max(500).default(100).describe('Connections that are kept open, as far as PostgreSQL has any left'),
})

/** An export that opens a connection for each of its parts and closes none. */
export const postgresConnections = defineFault({
  id: 'postgres-connections',
  title: 'PostgreSQL out of connections',
  effect: 'Services that need another database connection are refused',
  category: 'database',
  params,
  ...jobFault<z.output<typeof params>>('bi-export', ({ connections }) => [{ env: { PARTS: String(connections) } }]),
})
