import type { Range } from '../model/range.ts'

interface Sandbox extends Record<string, unknown> {
  latency_ms: number
  hang_percent: number
}

/** Sets the behaviour of the third party behind payments, in the sandbox that simulates it; payments reads it every second. */
export async function bank(range: Range): Promise<Sandbox | null> {
  const rows = await range.database.query<Sandbox>('select latency_ms, hang_percent from payments.sandbox')
  return rows[0] ?? null
}

export const restoreBank = async (range: Range): Promise<void> =>
  void (await range.database.query('update payments.sandbox set latency_ms = default, hang_percent = default'))

/** A fault of that third party: one of its traits. */
export function bankFault<Params>(trait: 'latency_ms' | 'hang_percent', value: (params: Params) => number) {
  const set = (range: Range, to: number) => range.database.query(`update payments.sandbox set ${trait} = $1`, [to])
  const now = async ({ range }: { range: Range }) => (await bank(range))?.[trait] ?? null
  return {
    plan: async (context: { range: Range }) => ({ before: await now(context) }),
    inject: async ({ range }: { range: Range }, params: Params) => void (await set(range, value(params))),
    async revert({ range }: { range: Range }, { before }: { before: number | null }) {
      if (before !== null) await set(range, before)
    },
    observe: now,
  }
}
