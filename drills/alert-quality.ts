import { endsDrill, type DrillEvent } from '../model/drill.ts'
import { anyOf, type Scenario } from '../model/scenario.ts'
import type { AlertQuality, AlertRecord, AlertUse } from '../model/debrief.ts'

/** How useful an alert was, in hindsight. */
/** Every alert that paged in a drill: which one was needed, which repeated the same problem, which were useless. */
export function alertQuality(events: readonly DrillEvent[], scenario: Scenario): AlertQuality {
  const startedAt = events[0]?.at ?? 0
  const endedAt = (events.find(endsDrill) ?? events.at(-1))?.at ?? 0
  const expected = new Set(scenario.alerts.expected.flatMap(anyOf))
  const symptoms = new Set(scenario.alerts.allowed.filter((name) => !name.endsWith('*')))
  const use = (name: string): AlertUse => (expected.has(name) ? 'actionable' : symptoms.has(name) ? 'symptom' : 'noise')
  const records = new Map<string, AlertRecord>()
  const firing = new Map<string, { name: string; since: number }>()
  const settle = (fingerprint: string, at: number) => {
    const open = firing.get(fingerprint)
    const record = open && records.get(open.name)
    if (record) records.set(record.name, { ...record, firedMs: record.firedMs + at - open.since })
    firing.delete(fingerprint)
  }
  for (const event of events) {
    if (event.type === 'page-received') {
      const { name, fingerprint } = event.alert
      const known = records.get(name) ?? { name, use: use(name), pages: 0, firstAfterMs: event.at - startedAt, firedMs: 0 }
      records.set(name, { ...known, pages: known.pages + 1 })
      firing.set(fingerprint, { name, since: event.at })
    }
    if (event.type === 'page-resolved') settle(event.alert.fingerprint, event.at)
  }
  // oxlint-disable-next-line unicorn/no-useless-spread -- what is settled leaves the map
  for (const fingerprint of [...firing.keys()]) settle(fingerprint, endedAt)
  const alerts = [...records.values()].toSorted((a, b) => a.firstAfterMs - b.firstAfterMs)
  const count = (list: AlertRecord[]) => list.reduce((sum, { pages }) => sum + pages, 0)
  return { alerts, pages: count(alerts), actionablePages: count(alerts.filter((alert) => alert.use === 'actionable')) }
}
