import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'

/** A service may open no more files and connections than it has: existing ones keep working, new ones are refused. */
export const descriptorLimit = defineFault({
  id: 'descriptor-limit',
  title: 'Out of file descriptors',
  effect: 'Old connections work, new ones are refused',
  category: 'process',
  needs: () => ['descriptors'],
  params: z.object({
    service: serviceName.describe('Service that is limited'),
    spare: z.number().int().min(0).max(1_000).default(0).describe('File descriptors beyond those that are open now'),
  }),
  plan: async (_context, { service }) => ({ service }),
  async inject({ range }, { service, spare }) {
    const now = await range.processes.descriptors(service)
    if (now && now.limit > now.open + spare) await range.processes.limitDescriptors(service, now.open + spare)
  },
  revert: ({ range }, { service }) => range.processes.limitDescriptors(service, null),
  observe: async ({ range }, { service, spare }) => {
    const now = await range.processes.descriptors(service)
    return now !== null && now.limit <= now.open + spare + 50
  },
})
