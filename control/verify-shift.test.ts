import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client } from '../model/client.ts'
import { verifyShift } from './verify-shift.ts'

interface Options {
  /** What fixing an incident fixes besides, by the ids of their scenarios. */
  fixesAlso?: Record<string, string>
  /** Seconds from an incident's last fault to its page. */
  pagesAfter?: number
  /** The slow burn pages as soon as it begins. */
  burnPages?: boolean
}

const scenario = (id: string, page: string) => ({
  id,
  alerts: { expected: [{ name: page, within: 30_000 }], allowed: [] },
  located: [{ view: 'logs', component: 'orders' }],
  cause: { component: 'orders', category: 'release' },
  solution: [{ action: `fix-${id}`, params: {}, why: '' }],
})
const minutes = (count: number) => count * 60_000
/** Two that overlap, the second the more urgent; noise between them; and a slow burn of three steps, much later. */
const incidents = [
  { place: 1, at: 0, steps: [0], urgency: 'later', scenario: scenario('first', 'FirstPage') },
  { place: 2, at: minutes(2), steps: [2], urgency: 'now', scenario: scenario('second', 'SecondPage') },
  {
    place: 3,
    at: minutes(20),
    steps: [3, 4, 5],
    urgency: 'soon',
    slowBurn: { for: minutes(5), ticket: 'BurnTicket' },
    scenario: scenario('burn', 'BurnPage'),
  },
]
const noiseStep = 1
const played = {
  timeline: [0, 1, 2, 3, 4, 5].map((step) => ({ at: minutes(step), ...(step === noiseStep ? { for: 1_000 } : {}) })),
  incidents,
  alerts: { expected: incidents.flatMap((each) => each.scenario.alerts.expected), allowed: [] },
  solution: [],
}

/** A control plane on which time stands still between events: each comes a second after the last. */
function shiftOf({ fixesAlso = {}, pagesAfter = 1, burnPages = false }: Options = {}) {
  let now = 0
  let phase = 'running'
  const events: Record<string, unknown>[] = []
  const done: string[] = []
  const alerts = new Map<string, string>()
  const recoveredAt = new Map<number, number>()
  const tell = (type: string, fields: object, after = 1) => events.push({ type, at: (now += after * 1_000), ...fields })
  const injected = () => events.filter(({ type }) => type === 'fault-injected').length
  const inject = () => {
    const step = injected()
    tell('fault-injected', { step, instance: `instance-${step}` })
    if (step === noiseStep) return tell('fault-reverted', { instance: `instance-${step}` })
    const incident = incidents.find(({ steps }) => steps.includes(step))
    if (!incident) return undefined
    if (incident.slowBurn && step === incident.steps[0])
      return alerts.set(burnPages ? 'BurnPage' : 'BurnTicket', burnPages ? 'page' : 'ticket')
    if (step !== incident.steps.at(-1)) return undefined
    const name = incident.scenario.alerts.expected[0]?.name ?? ''
    alerts.set(name, 'page')
    tell('page-received', { alert: { name, summary: '' } }, pagesAfter)
    return tell('incident-health-changed', { place: incident.place, healthy: false }, 0)
  }
  const fix = (id: string) => {
    for (const { place, scenario } of incidents) {
      if (![id, fixesAlso[id]].includes(scenario.id)) continue
      recoveredAt.set(place, (now += 2_000))
      alerts.delete(scenario.alerts.expected[0]?.name ?? '')
    }
    if (recoveredAt.size === incidents.length) phase = 'ended'
  }
  const views = () =>
    incidents.map(({ place, scenario }) => ({
      place,
      number: place * 10,
      pages: events
        .filter(({ alert }) => (alert as { name?: string } | undefined)?.name === scenario.alerts.expected[0]?.name)
        .map(({ alert }) => alert),
      milestones: { located: null, recovered: recoveredAt.get(place) ?? null },
    }))
  const answers: [request: RegExp, answer: (match: RegExpExecArray, body: Record<string, unknown>) => unknown][] = [
    [/^GET .*\/plan/, () => ({ shift: {}, played })],
    [/^GET \/api\/health/, () => ({ healthy: true })],
    [/^GET \/api\/alerts/, () => [...alerts].map(([alertname, severity]) => ({ fingerprint: alertname, labels: { alertname, severity } }))],
    [/^GET \/api\/fingerprint/, () => ({ hash: 'as before' })],
    [/^GET \/api\/invariants/, () => ({ violations: {} })],
    [/^POST \/api\/drills$/, () => ({ id: 'drill' })],
    // The last step of the burn comes by itself.
    [
      /^GET \/api\/drills\/drill$/,
      () => (injected() === 5 && inject(), { drill: { phase, outcome: 'resolved' }, incidents: views(), events }),
    ],
    [/^POST .*\/(skip)$/, ([, what = '']) => (done.push(what), inject())],
    [/^POST .*\/(acknowledge|cause)$/, ([, what = ''], { incident }) => done.push(`${what} ${incident}`)],
    [/^POST .*\/(abort)$/, ([, what = '']) => done.push(what)],
    [/^POST \/api\/actions\/fix-(\w+)/, ([, id = '']) => (done.push(`fix ${id}`), fix(id))],
    [/^GET \/api\/telemetry\/logs/, () => (done.push('look'), {})],
  ]
  const verified = client(async ({ method, path, body }) => {
    for (const [request, answer] of answers) {
      const match = request.exec(`${method} ${path}`)
      if (match) return { status: 200, text: JSON.stringify(answer(match, (body ?? {}) as Record<string, unknown>) ?? null) }
    }
    throw new Error(`${method} ${path}`)
  })
  return { verify: () => verifyShift(verified, 'friday'), done }
}

test('incidents come in their order, those that overlap together, and are fixed by their urgency', async () => {
  const { verify, done } = shiftOf()
  const { ok, problems, unexpectedPages, secondsToPage, secondsToHealthy, pageBoundSeconds } = await verify()
  assert.deepEqual({ ok, problems, unexpectedPages }, { ok: true, problems: [], unexpectedPages: [] })
  assert.equal(pageBoundSeconds, 30)
  assert.equal(secondsToPage, 1)
  assert.ok(secondsToHealthy !== null)
  const solved = (number: number, id: string) => [`acknowledge ${number}`, 'look', `cause ${number}`, `fix ${id}`]
  // The noise needs a skip of its own; the burn one for its first step and one for its second, after which it goes on as its author says.
  assert.deepEqual(done, ['skip', 'skip', 'skip', ...solved(20, 'second'), ...solved(10, 'first'), 'skip', 'skip', ...solved(30, 'burn')])
})

test('a page that comes later than promised is a problem', async () => {
  const { ok, problems, secondsToPage } = await shiftOf({ pagesAfter: 31 }).verify()
  assert.deepEqual([ok, secondsToPage], [false, 31])
  assert.deepEqual(
    problems,
    ['first', 'second', 'burn'].map((id) => `the page of ${id} came after 31 s, later than promised`),
  )
})

test('an incident that recovers by what was done for another is a problem', async () => {
  const { ok, problems } = await shiftOf({ fixesAlso: { second: 'first' } }).verify()
  assert.equal(ok, false)
  assert.deepEqual(problems, ['first recovered by what was done for second'])
})

test('a slow burn that pages at once ends the rehearsal', async () => {
  const { verify, done } = shiftOf({ burnPages: true })
  const { ok, problems } = await verify()
  assert.equal(ok, false)
  assert.deepEqual(problems, ['burn paged with BurnPage while it was to be a ticket'])
  assert.equal(done.at(-1), 'abort')
})
