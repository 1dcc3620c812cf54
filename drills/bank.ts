import type { Range } from '../model/range.ts'

/** The fault of the third party behind payments: one of its traits, set where it is stood in for. */
export function bankFault<Params>(key: 'BANK_LATENCY_MS' | 'BANK_HANG_PERCENT', value: (params: Params) => number) {
  return {
    plan: async ({ range }: { range: Range }) => ({ before: (await range.config.get('payments'))[key] ?? null }),
    async inject({ range }: { range: Range }, params: Params) {
      await range.config.set('payments', { ...(await range.config.get('payments')), [key]: String(value(params)) }, 'provider')
    },
    async revert({ range }: { range: Range }, { before }: { before: string | null }) {
      const { [key]: _now, ...others } = await range.config.get('payments')
      await range.config.set('payments', before === null ? others : { ...others, [key]: before }, 'provider')
    },
    observe: async ({ range }: { range: Range }) => (await range.config.get('payments'))[key] ?? null,
  }
}
