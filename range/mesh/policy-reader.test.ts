import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { baselinePolicy } from './files.ts'
import { policyLimits, readForeignPolicy, readPolicy } from './policy-reader.ts'
import { parseResources } from './resources.ts'

const baseline = baselinePolicy(path.join(import.meta.dirname, '..', '..'))

test('a policy that the worker reads is the same as one read here, and so are the messages about mistakes', async () => {
  const edited = `# edited\n${baseline}`
  assert.deepEqual(await readForeignPolicy(edited), parseResources(edited))
  assert.deepEqual(readPolicy(edited), parseResources(edited))
  const wrong = baseline.replace('VirtualService', 'VirtualServant')
  await assert.rejects(readForeignPolicy(wrong), (error: Error) => {
    assert.throws(() => readPolicy(wrong), { message: error.message, code: 'bad-request' })
    return true
  })
})

test('a policy crafted to be slow to parse is refused in time, without blocking the event loop', { timeout: 60_000 }, async () => {
  const { bytes } = policyLimits
  const hard = {
    'keys of one mapping': `{${'a,'.repeat(bytes / 2 - 1)}}`,
    aliases: `a: &a [${'1,'.repeat(100)}]\nb: [${'*a,'.repeat(bytes / 4)}]`,
    'digits of a duration': baseline.replace('connectTimeout: 1s', `connectTimeout: ${'1'.repeat(bytes - 5_000)}x`),
  }
  // Once, so that all modules are loaded.
  await readForeignPolicy(baseline)
  for (const [what, yaml] of Object.entries(hard)) {
    const before = process.threadCpuUsage()
    const startedAt = performance.now()
    await assert.rejects(readForeignPolicy(yaml), { code: 'bad-request' }, what)
    const { user, system } = process.threadCpuUsage(before)
    assert.ok(performance.now() - startedAt < policyLimits.readMs + 5_000, `${what}: ${Math.round(performance.now() - startedAt)} ms`)
    // Of this thread, whatever else the machine does: parsed here, most of them would take longer than all of the tests.
    assert.ok((user + system) / 1_000 < 500, `${what}: this thread computed for ${Math.round((user + system) / 1_000)} ms`)
  }
  // The next one gets a new worker.
  assert.ok((await readForeignPolicy(`# once more\n${baseline}`)).length > 0)
})

test('an oversized policy is refused without parsing', async () => {
  await assert.rejects(readForeignPolicy('a'.repeat(policyLimits.bytes + 1)), { code: 'bad-request', message: /at most 64 KiB/ })
  await assert.rejects(readForeignPolicy('\n'.repeat(policyLimits.lines + 5)), { code: 'bad-request', message: /at most 2000 lines/ })
  const many = Array.from({ length: policyLimits.waiting + 5 }, (_, index) => readForeignPolicy(`# ${index}\n${baseline}`))
  const refused = (await Promise.allSettled(many)).filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 5)
})

test('repeated use of a worker adds no listeners', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => void warnings.push(name)
  process.on('warning', onWarning)
  try {
    for (let index = 0; index < 15; index++) await readForeignPolicy(`# asked ${index}\n${baseline}`)
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('warning', onWarning)
  }
  assert.deepEqual(warnings, [])
})
