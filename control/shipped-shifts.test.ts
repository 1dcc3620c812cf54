import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { judge } from '../drills/checks/registry.ts'
import { checkShift } from '../drills/shifts/read.ts'
import type { Sample } from '../model/check.ts'
import { projectRoot } from './paths.ts'
import { scenarios, shifts } from './replay/engine-bench.ts'
import { readRecording, recordingFile, type Recording } from './replay/recording.ts'
import { allRunning } from './replay/paper-range.ts'

const recordings = path.join(projectRoot, 'bench', 'recordings')
/** A check that fails for longer than this belongs to the incident; a shorter failure may be unrelated. */
const mostSamples = 5
/** As many samples as the checks of a range look back at. */
const keptSamples = 60

/** The recorded samples, after a minute in which everything was healthy. */
function samplesOf({ moments }: Recording): Sample[] {
  const calm = Array.from({ length: keptSamples }, (_, index): Sample => {
    const before = keptSamples - index
    const quiet = { oldestUnfulfilledSeconds: 0, backlog: 0, deadLetters: 0, stalePrices: 0, components: allRunning() }
    return { ...quiet, at: (moments[0]?.ms ?? 0) - before * 1_000, users: { good: -20 * before, slow: 0, failed: 0 } }
  })
  const seen = moments.map(({ ms, unwell, ...measured }): Sample => {
    const components = allRunning().map((component) => {
      const own = unwell.find(({ name }) => name === component.name)
      return own ? { ...component, ...own, healthy: false } : component
    })
    return { ...measured, at: ms, components }
  })
  return [...calm, ...seen]
}

/** By check, in how many samples it failed. A rehearsal is fixed as soon as it pages, so some fail only while the fix takes effect. */
function failuresIn(recording: Recording): Map<string, number> {
  const failures = new Map<string, number>()
  const samples = samplesOf(recording)
  for (let end = keptSamples + 1; end <= samples.length; end++)
    for (const { id, ok } of judge(samples.slice(end - keptSamples, end)).results) if (!ok) failures.set(id, (failures.get(id) ?? 0) + 1)
  return failures
}

for (const [id, { shift }] of shifts)
  describe(id, () => {
    test('passes lint without a warning', () => assert.deepEqual(checkShift(path.join(projectRoot, 'shifts', id), scenarios).problems, []))

    for (const { scenario, breaks } of shift.incidents)
      test(`the checks that ${scenario} fails are those in its recording`, () => {
        const recording = readRecording(recordings, scenario)
        assert.ok(recording, `there is no ${recordingFile(recordings, scenario)}`)
        const failures = failuresIn(recording)
        const seen = [...failures].map(([check, count]) => `${check} ${count}×`).join(', ')
        for (const check of breaks) assert.ok(failures.has(check), `'${check}' never failed: ${seen}`)
        for (const [check, count] of failures)
          // A component that restarts is not ready for a while, whatever is broken.
          if (check !== 'components-ready')
            assert.ok(breaks.includes(check) || count <= mostSamples, `'${check}' failed as well, and is not in 'breaks': ${seen}`)
      })
  })
