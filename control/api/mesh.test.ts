import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServedBench } from '../replay/served-bench.ts'
import { limits } from '../limits.ts'
import { policyLimits } from '../../range/mesh/policy-reader.ts'

/** CPU time of the main thread, whatever else the machine does; without the guard it would be many seconds. */
const mostCpuMs = 400

test('a policy with very many lines is refused immediately, and blocks no other request', async () => {
  await using served = new ServedBench()
  const check = (yaml: string) => served.ask('trainee', 'POST', '/api/mesh/check', { yaml })
  // Once, so that all modules are loaded.
  assert.equal((await check('a: 1\n')).status, 200)
  const tooMuch = {
    'more than a request may have': { lines: 99_999, status: 413, says: `at most ${limits.policy.bytes / 1_024} KiB` },
    'more than a policy may have': { lines: 40_000, status: 400, says: `${policyLimits.bytes}` },
    'more lines than a policy may have': { lines: 30_000, status: 200, says: `a policy has at most ${policyLimits.lines} lines` },
  }
  for (const [what, { lines, status, says }] of Object.entries(tooMuch)) {
    const since = process.threadCpuUsage()
    const asked = check('a\n'.repeat(lines))
    const other = await served.ask('trainee', 'GET', '/api/scenarios')
    const answer = await asked
    const { user, system } = process.threadCpuUsage(since)
    assert.equal(other.status, 200)
    assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 500)}`)
    assert.ok(answer.text.includes(says), `${what}: ${answer.text.slice(0, 500)}`)
    const cpuMs = (user + system) / 1e3
    assert.ok(cpuMs < mostCpuMs, `${what}: it took ${Math.round(cpuMs)} ms of everybody's`)
  }
})
