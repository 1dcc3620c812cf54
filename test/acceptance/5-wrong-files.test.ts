import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import type { ScenarioCard } from '../../model/scenario.ts'
import { policies, receivers, type Input } from '../inputs/inputs.ts'
import { dir, ensureUp, firedrill, json, ok, statusOf, target } from './test-range.ts'

/** Files that people really send, and what stays active on a running range. */
const work = mkdtempSync(path.join(tmpdir(), 'firedrill-wrong-'))
after(() => rmSync(work, { recursive: true, force: true }))
// Nobody is affected by a refusal: a drill may run meanwhile.
before(ensureUp)

const inputFile = (kind: string, { file }: Input) => path.join(projectRoot, 'test', 'inputs', kind, file)
const wrong = (inputs: readonly Input[]) => inputs.filter(({ expect }) => expect !== 'taken')
const ours = (...args: string[]) => firedrill([...args, '--dir', dir])

async function isRefused(args: string[], reason: RegExp): Promise<void> {
  const { code, stderr } = await ours(...args)
  assert.equal(code, 1, `${args.join(' ')}: ${stderr}`)
  assert.match(stderr, reason)
}

test('an unsupported policy leaves the active one unchanged', async () => {
  const inForce = ok(await ours('mesh', 'get'))
  const history = await json<unknown[]>('mesh', 'history')
  for (const input of wrong(policies)) await isRefused(['mesh', 'apply', inputFile('policies', input)], /line \d+, column \d+: /)
  assert.equal(ok(await ours('mesh', 'get')), inForce)
  assert.deepEqual(await json('mesh', 'history'), history)
})

test('receivers that Alertmanager would refuse leave the active ones unchanged, and do not restart it', async () => {
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

test('a pack with an invalid scenario, given to a running range, leaves its scenarios unchanged', async () => {
  // Their scores may change meanwhile.
  const read = async () =>
    (await json<{ scenarios: ScenarioCard[] }>('scenarios')).scenarios.map(({ id, title, playable }) => [id, title, playable])
  const there = await read()
  const scenario = path.join(work, 'pack', 'scenarios', 'half-done')
  mkdirSync(scenario, { recursive: true })
  writeFileSync(path.join(scenario, 'scenario.yaml'), 'id: half-done\ntitle: [\n')
  await isRefused(['up', '--pack', path.join(work, 'pack')], /run 'firedrill down' first/)
  assert.deepEqual(await read(), there)
})

const wrongCommands: [string[], RegExp][] = [
  [['nonsense'], /unknown command 'nonsense'/],
  [['up', '--nonsense'], /unknown option '--nonsense'/],
  [['up', '--profile', 'fast'], /choices are drill, production/],
  [['up', '--port-base', '80'], /a port base is from 1024 to 65000/],
  [['status', '--dir', '/nonexistent'], /there is no range in \/nonexistent: run 'firedrill up' first/],
  [['drill', 'start', 'nothing', '--dir', dir], /there is no scenario 'nothing'/],
  [['verify', 'nothing', '--dir', dir], /there is no scenario 'nothing'/],
  [['fault', 'inject', 'nothing', '--dir', dir], /nothing/],
  [['fault', 'inject', 'process-kill', '--param', 'component=moon', '--dir', dir], /component/],
  [['fault', 'inject', 'noop', '--for', 'soon', '--dir', dir], /soon|duration/],
  [['action', 'run', 'restart', '--param', 'component=moon', '--dir', dir], /component/],
  [['logs', 'moon', '--dir', dir], /moon/],
  [['bench', 'nothing', '--dir', dir], /there is no benchmark 'nothing'/],
]
for (const [args, message] of wrongCommands) {
  test(`firedrill ${args.filter((arg) => !arg.includes('/')).join(' ')}: one clear line`, async () => {
    const { code, stderr } = await firedrill(args)
    assert.notEqual(code, 0)
    assert.match(stderr, message)
    assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace')
  })
}
