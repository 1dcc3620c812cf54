import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../../model/drill.ts'
import { pinLimits } from '../../model/pin.ts'
import { pinGraphs } from '../drill-graphs.ts'
import { ServedBench } from '../replay/served-bench.ts'

const graph = {
  unit: 'seconds',
  from: 1_000,
  to: 1_060,
  series: Array.from({ length: pinLimits.series }, (_, index) => ({
    name: `a series with a long name ${'x'.repeat(150)} ${index}`,
    points: Array.from({ length: pinLimits.points }, (_point, at) => [1_000 + at, at / 7]),
  })),
}

test('a pin of maximum size is in the timeline and in the postmortem unchanged', async () => {
  await using served = new ServedBench({ rated: true })
  const drill = await served.bench.start()
  const note = {
    text: 'Here it begins',
    pin: { kind: 'graph', title: 'Latency of [browsing]', href: '/dashboards/overview', facts: ['p99 2.3 s'], graph },
  }
  assert.equal((await served.ask('trainee', 'POST', `/api/drills/${drill}/notes`, note)).status, 200)
  const elsewhere = { ...note, pin: { ...note.pin, href: '//elsewhere.example' } }
  assert.equal((await served.ask('trainee', 'POST', `/api/drills/${drill}/notes`, elsewhere)).status, 400)
  const { events } = await served.read<{ events: DrillEvent[] }>('trainee', `/api/drills/${drill}`)
  const kept = events.find((event) => event.type === 'note-added')
  assert.ok(kept?.type === 'note-added')
  assert.deepEqual(kept.pin?.graph, graph)
  await served.bench.engine.finish()
  const { text } = await served.ask('trainee', 'GET', `/api/drills/${drill}/postmortem.md`)
  assert.match(text, /## What was seen\n\n### 0:\d\d: Here it begins\n\ngraph: Latency of \\\[browsing\\\]\n\n- p99 2\.3 s\n\n## Detection/)
  const [picture] = await pinGraphs(events, served.bench.state(drill).startedAt)
  assert.equal(picture?.file, 'pin-1.svg')
  assert.match(picture.svg, /<path d="M/)
})
