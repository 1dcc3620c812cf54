import { z } from 'zod'

/** Seconds since the epoch, and a number in words: `NaN` and `+Inf` are some, too. */
const point = z.tuple([z.number(), z.string()])
const labels = z.record(z.string(), z.string())

/** What Prometheus answers a query over a range (`/api/v1/query_range`), as far as it is used. */
export const matrixAnswer = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }) })

/** What Prometheus answers a query at a moment (`/api/v1/query`): a vector, or a scalar. */
export const instantAnswer = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: point }),
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: point })) }),
  ]),
})
