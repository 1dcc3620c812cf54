import { setTimeout as delay } from 'node:timers/promises'

/** A station that serves one parcel at a time. Resolves to a function that releases it. */
function station(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    await before
    return resolve
  }
}

/** How long a parcel stays at the first station before it needs the second, in milliseconds. */
const standsMs = 40

/**
 * The scale and the label printer of the packing table. A parcel that needs both takes one, keeps it and waits for the other: single items are
 * weighed first, larger parcels get their label first.
 */
export function packingStations() {
  const scale = station()
  const printer = station()
  return async <Result>(items: number, ship: () => Promise<Result>): Promise<Result> => {
    const [first, second] = items === 1 ? [scale, printer] : [printer, scale]
    const leaveFirst = await first()
    try {
      await delay(standsMs)
      const leaveSecond = await second()
      try {
        return await ship()
      } finally {
        leaveSecond()
      }
    } finally {
      leaveFirst()
    }
  }
}
