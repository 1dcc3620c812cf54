import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const key = 'BANK_LATENCY_MS'

/** The third party behind payments takes longer than usual. */
export const slowBank = defineFault({
  id: 'slow-bank',
  title: 'A slow payment provider',
  effect: 'Every charge takes longer, at a party that nobody here can restart',
  category: 'config',
  params: z.object({
    /** Median time of a charge, in milliseconds. */
    latencyMs: z.number().int().min(1).max(60_000),
  }),
  plan: async ({ range }) => ({ before: (await range.config.get('payments'))[key] ?? null }),
  async inject({ range }, { latencyMs }) {
    await range.config.set('payments', { ...(await range.config.get('payments')), [key]: String(latencyMs) }, 'provider')
  },
  async revert({ range }, { before }) {
    const { [key]: _now, ...others } = await range.config.get('payments')
    await range.config.set('payments', before === null ? others : { ...others, [key]: before }, 'provider')
  },
  observe: async ({ range }) => (await range.config.get('payments'))[key] ?? null,
})
