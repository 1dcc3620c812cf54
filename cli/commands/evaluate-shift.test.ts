import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { ownPorts, paperContext } from '../../control/replay/paper-context.ts'
import { until } from '../../model/until.ts'
import { run } from '../../test/loaded-modules.ts'
import { Sunday } from '../../test/sunday.ts'
import type { ShiftEvaluation } from '../evaluation.ts'

// The command, over HTTP, against the real control plane with a simulated range, on which a Sunday is played.
const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'firedrill-evaluate-'))
const dir = path.join(folder, 'range')
const portBase = ownPorts()
const sunday = new Sunday({ portBase })
before(async () => {
  mkdirSync(dir)
  const { config } = paperContext(dir, projectRoot, 0, portBase)
  writeFileSync(path.join(dir, 'range.json'), JSON.stringify(config), { mode: 0o600 })
  await sunday.pass(20)
  await sunday.served.listen()
})
after(async () => {
  await sunday[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** Solves the first incident, is wrong about the second, writes a note and leaves. */
const agent = `
const call = async (name, args = {}) => {
  const response = await fetch(process.env.FIREDRILL_MCP_URL, {
    method: 'POST',
    headers: { authorization: 'Bearer ' + process.env.FIREDRILL_MCP_TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  })
  const { result } = await response.json()
  if (result.isError) throw new Error(name + ': ' + result.content[0].text)
  return JSON.parse(result.content[0].text)
}
const when = async (holds) => {
  for (;;) {
    const { incidents } = await call('get_drill')
    if (holds(incidents)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
await when((incidents) => incidents.length === 2)
await call('acknowledge_page')
await call('name_cause', { incident: 1, component: 'inventory', category: 'release' })
await call('name_cause', { incident: 2, component: 'rabbitmq', category: 'queue' })
await call('run_action', { action: 'roll-back', params: { service: 'inventory' } })
await when(([first]) => first.over)
await call('write_handover_note', { broken: 'Prices are wrong.', hurt: 'Some customers.', since: '13:20', tried: 'Nothing.', doing: 'Nothing.', next: 'Look at prices.' })
console.log('leaves')
await call('finish_drill')
`

// The range's clock stops while something is waited for.
const timeout = 180_000

test('an agent plays a shift: the result has each incident, and the shift', { timeout }, async () => {
  const { bench } = sunday.served
  const script = path.join(folder, 'agent.mjs')
  writeFileSync(script, agent)
  const command = `exec ${process.execPath} ${script}`
  const evaluated = run('cli/main.ts', ['evaluate', '--agent', command, '--shifts', 'quiet-sunday', '--json'], {
    ...process.env,
    FIREDRILL_DIR: dir,
  })
  await until('the shift to begin', 120_000, async () => bench.engine.running() !== null)
  sunday.drill = bench.engine.running()?.id ?? ''
  await sunday.break('browsing', 'prices')
  await until('the fix', 120_000, async () => bench.types(sunday.drill).includes('action-run'))
  sunday.broken.delete('browsing')
  await sunday.pass(20)
  sunday.alert('BrowseLatencyBudgetBurn', 'resolved')
  await sunday.pass(20)
  const { status, stdout, stderr } = await evaluated
  assert.equal(status, 0, stderr)
  const [result, ...others] = JSON.parse(stdout) as ShiftEvaluation[]
  assert.ok(result)
  assert.deepEqual(others, [])
  assert.deepEqual([result.shift, result.isVoid, result.missed], ['quiet-sunday', false, []])
  assert.deepEqual(
    result.incidents.map(({ number, scenario, causeNamed, mitigated, recovered, wrongCauses, changes }) => [
      number,
      scenario,
      causeNamed,
      mitigated,
      recovered,
      wrongCauses,
      changes,
    ]),
    [
      [1, 'slow-shelves', true, true, true, 0, 1],
      [2, 'two-truths', false, false, false, 1, 0],
    ],
  )
  const [first, second] = result.incidents
  assert.ok(first && second)
  assert.ok((first.seconds.mitigated ?? 0) > 0)
  assert.deepEqual([second.seconds.diagnosed, second.seconds.recovered], [null, null])
  assert.ok(first.score > second.score)
  assert.deepEqual([result.triage.findings.map(({ ok }) => ok), result.handover.points], [[true], 5])
  const { total } = await sunday.served.read<{ total: number }>('trainee', `/api/drills/${sunday.drill}/shift`)
  assert.equal(result.score, total)
  assert.ok(result.toolCalls >= 6)
  assert.equal(readFileSync(result.log, 'utf8'), 'leaves\n')
})

test('an agent leaves before anything has happened: the result names what did not begin', { timeout }, async () => {
  sunday.broken.clear()
  sunday.alert('PricesOutdated', 'resolved')
  await sunday.pass(20)
  const script = path.join(folder, 'leaves.mjs')
  writeFileSync(script, agent.replace(/\nawait when[\s\S]+\nawait call\('write/, "\nif (false) await call('write"))
  const { status, stdout, stderr } = await run('cli/main.ts', [
    'evaluate',
    '--agent',
    `exec ${process.execPath} ${script}`,
    '--shifts',
    'quiet-sunday',
    '--dir',
    dir,
  ])
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^quiet-sunday: 0 of 0 incidents recovered, left before 2 more began, .*handover note 0 of 5/)
  assert.match(stdout, /\ndrill +cause +mitigated .* score\nquiet-sunday .*\d\n$/)
})

test('an unknown shift is refused before anything begins', async () => {
  const { status, stderr } = await run('cli/main.ts', ['evaluate', '--agent', 'true', '--shifts', 'loud-sunday', '--dir', dir])
  assert.equal(status, 1)
  assert.match(stderr, /there is no shift 'loud-sunday': choose .*quiet-sunday/)
})
