import { z } from 'zod'

/** So many series of so many points are kept: enough to recognise a graph by. */
export const pinLimits = { series: 6, points: 60 } as const

/** Something that was seen, as it was when it was pinned: what is kept does not change when the thing itself does, or is gone. */
export const pin = z.object({
  kind: z.enum(['graph', 'trace', 'log', 'query']),
  title: z.string().min(1).max(300),
  /** Where it is in the console, with its time range. */
  href: z
    .string()
    .max(2_000)
    .regex(/^\/(?!\/)/, 'must be an address within the console'),
  /** What it said, a line each. */
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

/** A graph with no more points than a pin keeps: of each stretch of time the highest, so that no spike is lost. Those series stay that are highest. */
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
