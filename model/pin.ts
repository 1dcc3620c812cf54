import { z } from 'zod'

/** Maximum number of series, and of points in each: enough to recognise the graph. */
export const pinLimits = { series: 6, points: 60 } as const

/** A copy of what was on screen when it was pinned: it stays the same when the original changes or disappears. */
export const pin = z.object({
  kind: z.enum(['graph', 'trace', 'log', 'query']),
  title: z.string().min(1).max(300),
  /** Its address in the console, with the time range. */
  href: z
    .string()
    .max(2_000)
    .regex(/^\/(?!\/)/, 'must be an address within the console'),
  /** Its text, line by line. */
  facts: z.array(z.string().max(300)).max(12).default([]),
  graph: z
    .object({
      unit: z.enum(['seconds', 'ratio', 'rps', 'count', 'bytes']),
      /** Seconds since the epoch. */
      from: z.number(),
      to: z.number(),
      series: z
        .array(z.object({ name: z.string().max(200), points: z.array(z.tuple([z.number(), z.number()])).max(pinLimits.points) }))
        .max(pinLimits.series),
    })
    .optional(),
})
export type Pin = z.infer<typeof pin>
export type PinnedGraph = NonNullable<Pin['graph']>

/** Reduces a graph to the size of a pin: keeps the highest point of each stretch of time, so that no spike is lost, and the highest series. */
export function thinOut({ unit, from, to, series }: PinnedGraph): PinnedGraph {
  const highest = (points: readonly (readonly [number, number])[]) => points.reduce((most, [, value]) => Math.max(most, value), 0)
  const width = (to - from) / pinLimits.points || 1
  const kept = series.toSorted((a, b) => highest(b.points) - highest(a.points)).slice(0, pinLimits.series)
  return {
    unit,
    from,
    to,
    series: kept.map(({ name, points }) => {
      const slices = new Map<number, [number, number]>()
      for (const [at, value] of points) {
        if (!Number.isFinite(value) || at < from || at > to) continue
        const slice = Math.min(pinLimits.points - 1, Math.floor((at - from) / width))
        const known = slices.get(slice)
        if (!known || value > known[1]) slices.set(slice, [Math.round(at), Number(value.toPrecision(4))])
      }
      return { name: name.slice(0, 200), points: [...slices.values()] }
    }),
  }
}
