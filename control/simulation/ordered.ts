import assert from 'node:assert/strict'
import type { DrillEvent } from '../../model/drill.ts'

const ends = new Set<DrillEvent['type']>(['drill-finished', 'drill-aborted', 'drill-voided'])
/** Events that may follow the end of a drill: about the restore, and messages. */
const after = new Set<DrillEvent['type']>([
  'fault-reverted',
  'note-added',
  'coach-debriefed',
  'action-run',
  'command-run',
  'range-differed',
])

/** Throws unless the events of one drill are in a valid order, and each comes once. */
export function mustBeOrdered(events: readonly DrillEvent[]): void {
  assert.equal(events[0]?.type, 'drill-started')
  const over = events.findIndex(({ type }) => ends.has(type))
  for (const [index, event] of events.entries()) {
    if (index > 0) assert.notEqual(event.type, 'drill-started', 'a drill begins once')
    if (over >= 0 && index > over) assert.ok(after.has(event.type), `${event.type} after ${events[over]?.type}`)
  }
  const texts = events.flatMap((event) => (event.type === 'note-added' ? [event.text] : []))
  assert.equal(new Set(texts).size, texts.length, 'what is said is said once')
  const steps = events.flatMap((event) => (event.type === 'fault-injected' ? [event.instance] : []))
  assert.equal(new Set(steps).size, steps.length, 'a fault goes in once')
  const firing = new Set<string>()
  for (const event of events) {
    if (event.type === 'page-received') {
      assert.ok(!firing.has(event.alert.fingerprint), 'a page comes once')
      firing.add(event.alert.fingerprint)
    }
    if (event.type === 'page-resolved') assert.ok(firing.delete(event.alert.fingerprint), 'what resolves has fired')
    const isRecovered = event.type === 'milestone-reached' && event.milestone === 'recovered'
    // An incident of a shift has recovered, even if other pages fire.
    if (isRecovered && event.incident === undefined) assert.equal(firing.size, 0, 'recovered while a page fires')
  }
  const milestones = events.flatMap((event) => (event.type === 'milestone-reached' ? [`${event.milestone} ${event.incident}`] : []))
  assert.equal(new Set(milestones).size, milestones.length, 'a milestone is reached once')
}
