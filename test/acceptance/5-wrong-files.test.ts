import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { policies, receivers, type Input } from '../inputs/inputs.ts'
import { atRest, dir, firedrill, json, ok, statusOf, target, up } from './test-range.ts'

/** What people really send, and what is in force on a range that runs while they do. */
const work = mkdtempSync(path.join(tmpdir(), 'firedrill-wrong-'))
after(() => rmSync(work, { recursive: true, force: true }))
before(async () => {
  await up()
  await atRest()
})

const inputFile = (kind: string, { file }: Input) => path.join(projectRoot, 'test', 'inputs', kind, file)
const wrong = (inputs: readonly Input[]) => inputs.filter(({ expect }) => expect !== 'taken')
const ours = (...args: string[]) => firedrill([...args, '--dir', dir])

async function isRefused(args: string[], reason: RegExp): Promise<void> {
  const { code, stderr } = await ours(...args)
  assert.equal(code, 1, `${args.join(' ')}: ${stderr}`)
  assert.match(stderr, reason)
}

test('a policy that cannot be carried out leaves the one in force', async () => {
  const inForce = ok(await ours('mesh', 'get'))
  const history = await json<unknown[]>('mesh', 'history')
  for (const input of wrong(policies)) await isRefused(['mesh', 'apply', inputFile('policies', input)], /line \d+, column \d+: /)
  assert.equal(ok(await ours('mesh', 'get')), inForce)
  assert.deepEqual(await json('mesh', 'history'), history)
  await atRest()
})

test("receivers that Alertmanager would refuse leave those in force, and the pager's process", async () => {
  const inForce = async () => {
    const { pid } = await statusOf('alertmanager')
    const status = await fetch(`http://127.0.0.1:${target().context.port('alertmanager')}/alertmanager/api/v2/status`)
    const { config } = (await status.json()) as { config: { original: string } }
    return { pid, config: config.original }
  }
  ok(await ours('up', '--no-receivers'))
  const consoleAlone = await inForce()
  const kept = path.join(work, 'kept.yml')
  writeFileSync(kept, 'pager:\n  webhook_configs:\n    - url: http://127.0.0.1:9/kept\n')
  ok(await ours('up', '--receivers', kept))
  const before = await inForce()
  assert.notEqual(before.config, consoleAlone.config)
  for (const input of wrong(receivers)) await isRefused(['up', '--receivers', inputFile('receivers', input)], /:\d+:\d+: /)
  assert.deepEqual(await inForce(), before)
  ok(await ours('up', '--no-receivers'))
  assert.equal((await inForce()).config, consoleAlone.config)
})

test('a pack with a wrong scenario, given while a range runs, leaves the scenarios that there are', async () => {
  const there = await json<unknown>('scenarios')
  const scenario = path.join(work, 'pack', 'scenarios', 'half-done')
  mkdirSync(scenario, { recursive: true })
  writeFileSync(path.join(scenario, 'scenario.yaml'), 'id: half-done\ntitle: [\n')
  await isRefused(['up', '--pack', path.join(work, 'pack')], /run 'firedrill down' first/)
  assert.deepEqual(await json('scenarios'), there)
})

test('a model that cannot be used leaves the one that is', async () => {
  ok(await ours('coach', 'use', 'openai-compatible', '--url', 'http://127.0.0.1:9/v1', '--model', 'kept'))
  try {
    const inForce = await json<unknown>('coach', 'status')
    await isRefused(['coach', 'use', 'openai-compatible', '--url', 'not an address', '--model', 'other'], /--url/)
    await isRefused(['coach', 'use', 'openai-compatible', '--url', 'http://127.0.0.1:9/v1'], /--model/)
    await isRefused(['coach', 'use', 'anthropic', '--model', 'other', '--key-from', 'FIREDRILL_NO_SUCH_KEY'], /is not set/)
    await isRefused(['coach', 'use', 'somebody', '--model', 'other'], /provider/)
    assert.deepEqual(await json('coach', 'status'), inForce)
  } finally {
    ok(await ours('coach', 'off'))
  }
})
