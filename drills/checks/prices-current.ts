import type { Check } from '../../model/check.ts'

/** Customers see and pay the current prices. */
export const pricesCurrent: Check = {
  id: 'prices-current',
  title: 'Prices are current',
  felt: true,
  judge(samples) {
    // Other checks report a database or a cache that does not answer.
    const stale = samples.at(-1)?.stalePrices ?? 0
    return { ok: stale === 0, detail: stale === 0 ? 'all are' : `${stale} products are shown at an old price` }
  },
}
