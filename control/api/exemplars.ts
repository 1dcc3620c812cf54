import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { highestOfEachSlice, type Exemplar } from '../../model/exemplar.ts'
import type { askExemplars } from '../../model/routes/telemetry.ts'
import { ask, type Upstream } from './forward.ts'

/**
 * An hour may have thousands of exemplars, which are megabytes. They are read in parts of this many seconds, or shorter ones if a part is too large.
 */
const pieceSeconds = 900
const mostOfPiece = 4 * 1024 * 1024
/** Older ones are not requested: Prometheus has dropped them. */
const longestSeconds = 6 * 3_600

const answer = z.object({
  data: z.array(
    z.object({
      seriesLabels: z.record(z.string(), z.string()),
      exemplars: z.array(z.object({ labels: z.record(z.string(), z.string()), value: z.coerce.number(), timestamp: z.number() })),
    }),
  ),
})

/** The requests behind a histogram, for a graph: the slowest of each slice of time, of all that Prometheus keeps. */
export async function slowestExemplars(
  prometheus: Upstream,
  { query, start, end, slices }: z.infer<typeof askExemplars>,
): Promise<Exemplar[]> {
  let kept: Exemplar[] = []
  for (let from = Math.max(start, end - longestSeconds); from < end; from += pieceSeconds) {
    const found = await exemplarsBetween(prometheus, query, from, Math.min(end, from + pieceSeconds))
    kept = highestOfEachSlice([...kept, ...found], start, end, slices)
  }
  return kept
}

async function exemplarsBetween(prometheus: Upstream, query: string, from: number, to: number): Promise<Exemplar[]> {
  const params = new URLSearchParams({ query, start: String(from), end: String(to) })
  try {
    const { status, body } = await ask(prometheus, `/prometheus/api/v1/query_exemplars?${params}`, { mostBytes: mostOfPiece })
    if (status !== 200) {
      const code = status === 400 || status === 422 ? 'bad-request' : 'component-failed'
      throw new FiredrillError(code, `Prometheus rejected the query: ${body.toString().slice(0, 300)}`)
    }
    return answer
      .parse(JSON.parse(body.toString()))
      .data.flatMap(({ seriesLabels, exemplars }) =>
        exemplars.flatMap(({ labels, value, timestamp }) =>
          labels['trace_id'] ? [{ traceId: labels['trace_id'], value, at: timestamp, labels: seriesLabels }] : [],
        ),
      )
  } catch (error) {
    if (!(error instanceof FiredrillError && error.code === 'too-large') || to - from <= 1) throw error
    const middle = (from + to) / 2
    return [...(await exemplarsBetween(prometheus, query, from, middle)), ...(await exemplarsBetween(prometheus, query, middle, to))]
  }
}
