import { z } from 'zod'

/** Seconds since the epoch, and a number as text, which may be `NaN` or `+Inf`. */
const point = z.tuple([z.number(), z.string()])
const labels = z.record(z.string(), z.string())

/** Prometheus's answer to a range query (`/api/v1/query_range`), as far as we use it. */
export const matrixAnswer = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }) })

/** Prometheus's answer to an instant query (`/api/v1/query`): a vector or a scalar. */
export const instantAnswer = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: point }),
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: point })) }),
  ]),
})
