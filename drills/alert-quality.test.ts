import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { alertQuality } from './alert-quality.ts'
import { postmortem } from './postmortem.ts'
import { loadScenario } from './scenarios.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'forty-alarms'))
const alert = (name: string, fingerprint = name) => ({ fingerprint, name, severity: 'page', summary: `${name} fires`, startsAt: '' })
const bodies: [at: number, body: DrillEventBody][] = [
  [
    0,
    {
      type: 'drill-started',
      scenario: scenario.id,
      mode: 'learning',
      trainee: 'Robin',
      limitMs: scenario.limit,
      seed: 1,
      usersBefore: null,
      fingerprint: '',
    },
  ],
  [5_000, { type: 'page-received', alert: alert('LegacyOrdersErrors', 'a') }],
  [5_000, { type: 'page-received', alert: alert('LegacyOrdersErrors', 'b') }],
  [8_000, { type: 'page-received', alert: alert('ComponentDown') }],
  [9_000, { type: 'page-received', alert: alert('CheckoutErrorBudgetBurn') }],
  [20_000, { type: 'page-resolved', alert: alert('ComponentDown') }],
  [25_000, { type: 'note-added', text: 'a | b' }],
  [30_000, { type: 'drill-finished', outcome: 'resolved' }],
]
const events = bodies.map(([at, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: 1_000_000 + at }))

test('alerts are classified as actionable, symptom or noise', () => {
  const { alerts, pages, actionablePages } = alertQuality(events, scenario)
  assert.deepEqual(alerts, [
    { name: 'LegacyOrdersErrors', use: 'noise', pages: 2, firstAfterMs: 5_000, firedMs: 50_000 },
    { name: 'ComponentDown', use: 'actionable', pages: 1, firstAfterMs: 8_000, firedMs: 12_000 },
    { name: 'CheckoutErrorBudgetBurn', use: 'symptom', pages: 1, firstAfterMs: 9_000, firedMs: 21_000 },
  ])
  assert.deepEqual([pages, actionablePages], [4, 1])
})

test('an alert fires until the drill ends, or until the last event of one that still runs', () => {
  const firedMs = (of: readonly DrillEvent[]) =>
    alertQuality(of, scenario).alerts.find(({ name }) => name === 'CheckoutErrorBudgetBurn')?.firedMs
  const later: DrillEvent = { id: 99, drill: 'd', at: 1_060_000, type: 'note-added', text: 'afterwards' }
  assert.equal(firedMs([...events, later]), 21_000)
  assert.equal(firedMs([...events.slice(0, -1), later]), 51_000)
  assert.deepEqual(alertQuality([], scenario), { alerts: [], pages: 0, actionablePages: 0 })
})

test('a postmortem has the facts, and all text is escaped in its tables', () => {
  const state = foldDrill(events)
  assert.ok(state)
  const text = postmortem(state, events, scenario)
  assert.match(text, /^# Postmortem: Forty alarms$/m)
  assert.match(text, /4 pages, 1 of them actionable/)
  assert.match(text, /\| 0:25 \| Note: a \\\| b \|/)
})
