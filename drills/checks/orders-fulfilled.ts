import type { Check } from '../../model/check.ts'

const promisedSeconds = 6

/** No customer waits for an order longer than promised. */
export const ordersFulfilled: Check = {
  id: 'orders-fulfilled',
  title: 'Orders are fulfilled',
  felt: true,
  judge(samples) {
    const oldest = samples.at(-1)?.oldestUnfulfilledSeconds ?? null
    if (oldest === null) return { ok: false, detail: 'the orders cannot be read' }
    return { ok: oldest <= promisedSeconds, detail: `the oldest open order has waited ${oldest.toFixed(1)} s` }
  },
}
