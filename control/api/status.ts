import { describeError } from '../../model/errors.ts'
import { checked } from '../../model/outside.ts'
import { matrixAnswer } from '../../model/prometheus.ts'
import type { JourneyHealth, JourneyState, PublicStatus } from '../../model/public-status.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** In users' words; the journeys' names in metrics are the keys. */
const journeys = [
  { journey: 'browse', title: 'Browsing the shop' },
  { journey: 'checkout', title: 'Checking out' },
  { journey: 'fulfilment', title: 'Shipping of orders' },
] as const

/** From this share of failed requests on it is an outage, not a degradation. */
const outageFrom = 0.5
const degradedFrom = 0.02
const slowFrom = 0.1
const bars = 60
const freshMs = 2_000

/** What users may see without logging in: the state of each journey, its recent history, and the updates. Nothing about components or causes. */
export function statusRoutes(app: Api, { context, ledger }: ApiContext): void {
  const prometheus = `http://127.0.0.1:${context.port('prometheus')}/prometheus/api/v1/`
  let known: { at: number; status: Promise<PublicStatus> } | null = null

  async function series(outcomes: string, window: string, now: number): Promise<Map<string, [at: number, value: number][]>> {
    const query = `sum by (journey) (increase(journey_events_total{outcome=~"${outcomes}"}[${window}]))`
    const params = new URLSearchParams({ query, start: String(now - (bars - 1) * 60), end: String(now), step: '60' })
    const response = await fetch(`${prometheus}query_range?${params}`, { signal: AbortSignal.timeout(5_000) })
    const { data } = checked(matrixAnswer, await response.json(), 'the answer of Prometheus')
    return new Map(data.result.map(({ metric, values }) => [metric['journey'] ?? '', values.map(([at, value]) => [at, Number(value)])]))
  }

  async function health(): Promise<JourneyHealth[]> {
    const now = Math.floor(Date.now() / 1_000)
    const [good, slow, failed] = await Promise.all(['good', 'slow', 'error'].map((outcome) => series(outcome, '1m', now)))
    const counts = (of: Map<string, [number, number][]> | undefined, journey: string) => new Map(of?.get(journey))
    return journeys.map(({ journey, title }) => {
      const [fine, late, bad] = [counts(good, journey), counts(slow, journey), counts(failed, journey)]
      const history = Array.from({ length: bars }, (_, index) => {
        const at = now - (bars - 1 - index) * 60
        return { at: at * 1_000, state: stateOf(fine.get(at) ?? 0, late.get(at) ?? 0, bad.get(at) ?? 0) }
      })
      return { journey, title, state: history.at(-1)?.state ?? 'unknown', history }
    })
  }

  async function status(): Promise<PublicStatus> {
    const since = Date.now() - 24 * 3_600_000
    const updates = ledger.statusUpdates(since)
    const unknown = journeys.map(({ journey, title }) => ({ journey, title, state: 'unknown' as const, history: [] }))
    const states = await health().catch((error: unknown) => {
      process.stderr.write(`the status page: ${describeError(error)}\n`)
      return unknown
    })
    return { at: Date.now(), journeys: states, updates }
  }

  // Anyone may ask, as often as they like, so the answer is cached.
  serve(app, 'GET /api/status', { access: 'public' }, async () => {
    if (!known || Date.now() - known.at > freshMs) known = { at: Date.now(), status: status() }
    return known.status
  })
}

function stateOf(good: number, slow: number, failed: number): JourneyState {
  const all = good + slow + failed
  // Too few requests to judge by.
  if (all < 3) return 'unknown'
  if (failed / all >= outageFrom) return 'outage'
  return failed / all >= degradedFrom || slow / all >= slowFrom ? 'degraded' : 'operational'
}
