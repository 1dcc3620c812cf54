import { fitsAlert } from '../drills/alert-name.ts'
import { difference } from '../drills/baseline.ts'
import type { AnswerOf, ApiClient } from '../model/client.ts'
import type { DrillEvent } from '../model/drill.ts'
import { until as waitUntil } from '../model/until.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import { anyOf, type Scenario } from '../model/scenario.ts'
import { lookAt } from './look-at.ts'
import { readOff } from './read-off.ts'
import { recordingOf, type Recording } from './replay/recording.ts'
import { startWhenSteady, type Wait } from '../model/start-when-steady.ts'

export interface Verification {
  id: string
  /** Null for a scenario without variants. */
  variant: string | null
  ok: boolean
  /** From the last fault of the timeline to the last of the expected pages. */
  secondsToPage: number | null
  pageBoundSeconds: number
  /** The factor for bounds, because the machine was slow or busy. */
  patience: number
  /** From the end of the reference solution to a recovered range. */
  secondsToHealthy: number | null
  unexpectedPages: string[]
  /** Whether the fingerprint is the same after the drill as before. */
  restored: boolean
  /** Orders that break a promise; all 0. */
  violations: Record<string, number>
  problems: string[]
  tookSeconds: number
  /** What was waited for, and for how long, if that was a second or more. */
  waits: { for: string; seconds: number }[]
  /** Its drill. */
  drill: string | null
}

/** The seed for values that differ within a variant: the same each time. */
export const verifySeed = 0

type Look = (drill: string) => Promise<void>

export type Client = ApiClient

/** Orders whose message was lost are announced again 60 to 90 s after their confirmation (`shop/orders/reconciliation.ts`), and then shipped. */
export const recoveryDeadlineMs = 120_000
const restDeadlineMs = 90_000
/** Timeout for a command of the solution. */
const terminalSeconds = 60
const fulfilmentDeadlineMs = 100_000

/**
 * Plays a scenario as its author intended, through the API, and checks everything that it promises. Bounds are those of the reference machine, times
 * `patience` (`patienceFor`). For a scenario with variants, it plays the given one. `injected` is awaited after its last fault is injected, before it
 * pages, and `paged` while it is broken and nothing has been done yet; if either fails, so does the verification.
 */
export async function verifyScenario(
  client: Client,
  id: string,
  patience = 1,
  { variant = null, injected = async () => {}, paged = async () => {} }: { variant?: string | null; injected?: Look; paged?: Look } = {},
): Promise<Verification> {
  const plan = await client.get('/api/scenarios/:id/plan', {
    id,
    query: { seed: verifySeed, ...(variant === null ? {} : { variant }) },
  })
  const result = unplayed(id, variant, patience, pageBoundSeconds(plan, patience))
  const wanted = { scenario: id, ...(variant === null ? {} : { variant }) }
  await rehearse(client, wanted, result, (drill, until) => play(client, drill, plan, result, { until, patience, injected, paged }))
  return result
}

/** The result of a rehearsal, before anything was played. */
export const unplayed = (id: string, variant: string | null, patience: number, bound: number): Verification => ({
  id,
  variant,
  ok: false,
  secondsToPage: null,
  pageBoundSeconds: bound,
  patience: tenths(patience),
  secondsToHealthy: null,
  unexpectedPages: [],
  restored: false,
  violations: {},
  problems: [],
  tookSeconds: 0,
  waits: [],
  drill: null,
})

/**
 * Starts a rehearsal on a healthy range, calls `plays`, and waits until the drill ends by itself; failures, then or afterwards, are added to the
 * result.
 */
export async function rehearse(
  client: Client,
  wanted: object,
  result: Verification,
  plays: (drill: string, until: Wait) => Promise<void>,
): Promise<void> {
  const startedAt = Date.now()
  const restMs = restDeadlineMs * result.patience
  const until = waitIn(result)
  let drill: string | null = null
  try {
    await until('the range to be healthy before', restMs, async () => (await client.get('/api/health')).healthy)
    await until('no page to fire before', restMs, async () => (await pages(client)).length === 0)
    const before = await client.get('/api/fingerprint')
    const rehearsal = { ...wanted, trainee: 'verify', mode: 'rehearsal', seed: verifySeed } as const
    drill = (await startWhenSteady(client, rehearsal, restMs, { wait: until })).id
    result.drill = drill
    const [started] = (await drillOf(client, drill)).events
    // What an earlier drill left is reset when this one starts.
    const begunAs = started?.type === 'drill-started' ? started.fingerprint : before.hash
    await plays(drill, until)
    // The drill ends by itself when every milestone is reached.
    await until('the drill to end', 20_000, async () => (await drillOf(client, drill as string)).drill.phase !== 'running')
    const { drill: ended } = await drillOf(client, drill)
    if (ended.outcome !== 'resolved') result.problems.push(`the drill ended as ${ended.outcome ?? ended.phase}, not as resolved`)

    await until('the fingerprint to be as before', restMs, async () => (await client.get('/api/fingerprint')).hash === begunAs).then(
      () => (result.restored = true),
      async () => result.problems.push(...difference(before, await client.get('/api/fingerprint'))),
    )
    result.problems.push(...differencesIn((await drillOf(client, drill)).events))
    await until('the range to be healthy after', restMs, async () => (await client.get('/api/health')).healthy)
    await until('the pages to resolve', restMs, async () => (await pages(client)).length === 0)
    const settled = async () => {
      result.violations = (await client.get('/api/invariants')).violations
      return ordersAtRest(result.violations)
    }
    await until('every accepted order to be fulfilled exactly once', fulfilmentDeadlineMs * result.patience, settled)
  } catch (error) {
    result.problems.push(describeError(error))
    if (drill) await client.post('/api/drills/:id/abort', { id: drill }).catch(() => {})
  }
  result.ok = result.problems.length === 0 && result.unexpectedPages.length === 0
  result.tookSeconds = tenths((Date.now() - startedAt) / 1_000)
}

/** What the control plane itself found to differ after it had restored the range. */
const differencesIn = (events: readonly DrillEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'range-differed' ? [`after the drill, the range differed from before: ${event.differences.join('; ')}`] : [],
  )

/** The bound for the last of the expected pages, with the patience as recorded: the promise can be computed from both. */
export const pageBoundSeconds = ({ alerts }: Pick<Scenario, 'alerts'>, patience: number): number =>
  tenths((Math.max(...alerts.expected.map(({ within }) => within)) * tenths(patience)) / 1_000)

/** Waits as `until` does, and records how long it took. */
const waitIn =
  ({ waits }: Verification): Wait =>
  async (what, deadlineMs, holds, everyMs = 250) => {
    const from = Date.now()
    try {
      await waitUntil(what, deadlineMs, holds, everyMs)
    } finally {
      const seconds = tenths((Date.now() - from) / 1_000)
      if (seconds >= 1) waits.push({ for: what, seconds })
    }
  }

/** Orders arrive continually: a few are always between acceptance and shipment. */
const inFlight = new Set(['accepted_not_fulfilled', 'fulfilled_without_shipment', 'shipped_without_order', 'stock_miscounted'])

/** Whether no promise about orders is broken, apart from those on their way. */
export const ordersAtRest = (violations: Record<string, number>): boolean =>
  Object.entries(violations).every(([name, count]) => count === 0 || (inFlight.has(name) && count < 15))

async function play(
  client: Client,
  drill: string,
  plan: Scenario,
  result: Verification,
  { until, patience, injected, paged }: { until: Wait; patience: number; injected: Look; paged: Look },
): Promise<void> {
  const events = async () => (await drillOf(client, drill)).events
  const lastStep = plan.timeline.length - 1
  await until('the last fault to go in', Math.max(...plan.timeline.map((step) => step.at)) + 30_000, async () =>
    (await events()).some((event) => event.type === 'fault-injected' && event.step === lastStep),
  )
  const injectedAt = (await events()).find((event) => event.type === 'fault-injected' && event.step === lastStep)?.at ?? Date.now()
  await injected(drill)

  const pagesOf = async () => (await events()).filter((event) => event.type === 'page-received')
  const expected = plan.alerts.expected.map(anyOf)
  await until(
    `${expected.map((names) => names.join(' or ')).join(' and ')} to page`,
    result.pageBoundSeconds * 1_000 + 30_000,
    async () => {
      const paged = (await pagesOf()).map((event) => event.alert.name)
      return expected.every((names) => names.some((name) => paged.includes(name)))
    },
  )
  const came = await pagesOf()
  // The first of several alternatives, and the last of the required pages.
  const pagedAt = Math.max(...expected.map((names) => came.find(({ alert }) => names.includes(alert.name))?.at ?? Date.now()))
  result.secondsToPage = tenths((pagedAt - injectedAt) / 1_000)
  if (result.secondsToPage > result.pageBoundSeconds)
    result.problems.push(`the page came after ${result.secondsToPage} s, later than promised`)

  await until('the checks to fail', 30_000, async () => (await drillOf(client, drill)).drill.healthy === false)
  await paged(drill)
  await client.post('/api/drills/:id/acknowledge', { id: drill })
  for (const place of plan.located) {
    // The telemetry itself may be broken.
    await lookAt(client, place).catch(() => {})
    if ((await drillOf(client, drill)).drill.milestones.located !== null) break
  }
  await client.post('/api/drills/:id/cause', {
    id: drill,
    body: { component: plan.cause.component, category: plan.cause.category, sentence: 'verify' },
  })
  const fixingFrom = Date.now()
  await solve(client, plan)
  const fixedAt = Date.now()
  await until(
    'the checks to pass',
    recoveryDeadlineMs * patience,
    async () => (await drillOf(client, drill)).drill.milestones.recovered !== null,
  )
  const recovered = (await events()).find((event) => event.type === 'milestone-reached' && event.milestone === 'recovered')
  result.secondsToHealthy = tenths(((recovered?.at ?? Date.now()) - fixedAt) / 1_000)
  result.unexpectedPages = unexpectedPages(plan, await events(), fixingFrom)
}

/**
 * The pages of a drill that its scenario neither expects nor allows. What the solution restarts or changes is down for a moment and may page: from
 * then on, that is no surprise.
 */
export function unexpectedPages(
  { alerts, solution }: Pick<Scenario, 'alerts' | 'solution'>,
  events: readonly DrillEvent[],
  fixingFrom: number,
): string[] {
  const patterns = [...alerts.expected.flatMap(anyOf), ...alerts.allowed]
  const told = events.flatMap((event) => (event.type === 'action-run' && event.ok && event.kind === 'change' ? [event.summary] : []))
  const touched = new Set(
    [...solution.flatMap(({ params, terminal }) => [...Object.values(params ?? {}).map(String), terminal ?? '']), ...told].flatMap((text) =>
      text.split(/[^a-z-]+/),
    ),
  )
  const surprises = events.flatMap((event) => {
    if (event.type !== 'page-received' || patterns.some((pattern) => fitsAlert(event.alert.name, pattern))) return []
    const isRestart =
      event.alert.name === 'ComponentDown' && event.at >= fixingFrom && touched.has(event.alert.summary.replace(/ is down$/, ''))
    return isRestart ? [] : [event.alert.name]
  })
  return [...new Set(surprises)]
}

/** The author's solution. */
export async function solve(client: Client, { solution }: Pick<Scenario, 'solution'>): Promise<void> {
  for (const { action, terminal, params } of solution) {
    if (terminal !== undefined) await runInTerminal(client, terminal)
    else await client.post('/api/actions/:id', { id: action ?? '', body: { params: await readOff(client, params) } })
  }
}

async function runInTerminal(client: Client, command: string): Promise<void> {
  const { status, output } = await client.post('/api/shells/commands', {
    body: {
      command,
      timeoutSeconds: terminalSeconds,
    },
  })
  if (status !== 0)
    throw new FiredrillError('component-failed', `in the terminal, \`${command}\` exited with status ${status}: ${output.slice(-300)}`)
}

/** The samples of the drill that just verified a scenario. */
export async function recordVerified(client: Pick<Client, 'get'>, drill: string): Promise<Recording> {
  const [{ events }, { samples }] = await Promise.all([drillOf(client, drill), client.get('/api/samples')])
  return recordingOf(samples, events)
}

/** A drill with its events and incidents. Throws `not-found`. */
export const drillOf = (client: Pick<Client, 'get'>, id: string) => client.get('/api/drills/:id', { id })

/** All alerts in Alertmanager: pages and tickets. */
export const firing = (client: Client) => client.get('/api/alerts')

/** The pages that fire now, without tickets. */
export const pages = async (client: Client): Promise<AnswerOf<'GET /api/alerts'>> =>
  (await firing(client)).filter((alert) => alert.labels['severity'] === 'page')

/** Rounded to one decimal, as figures are recorded. */
export const tenths = (value: number): number => Math.round(value * 10) / 10
