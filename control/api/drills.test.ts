import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import type { ScenarioCard } from '../../model/scenario.ts'
import { closing } from '../assessment.ts'
import { projectRoot } from '../paths.ts'
import { ServedBench } from '../replay/served-bench.ts'

type Answer = { status: number; text: string }
const json = <Body>({ text }: Answer): Body => JSON.parse(text) as Body
const codeOf = (answer: Answer): string => `${answer.status} ${json<{ error?: { code: string } }>(answer).error?.code ?? ''}`

describe('starting a drill', () => {
  test('each wrong request is refused with its reason', async () => {
    await using served = new ServedBench()
    await served.bench.pass(20)
    const start = (body: object, role: 'trainee' | 'instructor' = 'trainee') => served.ask(role, 'POST', '/api/drills', body)
    const table: [object, string][] = [
      [{ scenario: 'no-such' }, '404 not-found'],
      [{ scenario: 'slow-shelves', mode: 'rehearsal' }, '403 forbidden'],
      [{ scenario: 'slow-shelves', variant: 'no-such' }, '404 not-found'],
      [{ scenario: 'slow-shelves', seed: -1 }, '400 bad-request'],
      [{ scenario: 'slow-shelves', trainee: '  ' }, '400 bad-request'],
      [{ scenario: 'slow-shelves', mode: 'fun' }, '400 bad-request'],
      [{ difficulty: 'easy' }, '400 bad-request'],
    ]
    for (const [body, expected] of table) assert.equal(codeOf(await start(body)), expected, JSON.stringify(body))
    const first = await start({ scenario: 'slow-shelves' })
    assert.equal(first.status, 201)
    assert.equal(codeOf(await start({ scenario: 'slow-shelves' })), '409 conflict')
    await served.bench.engine.abort('enough')
    // A scenario whose solution is typed needs a terminal.
    assert.equal(codeOf(await start({ scenario: 'clean-bill' })), '501 unsupported')
    const rehearsal = await start({ scenario: 'slow-shelves', mode: 'rehearsal' }, 'instructor')
    assert.equal(rehearsal.status, 201)
    await served.bench.engine.abort('enough')
  })

  test('without a scenario it is a surprise, and blind; the instructor is warned when an assessment’s answers are readable, the trainee is not', async () => {
    await using served = new ServedBench()
    await served.bench.pass(20)
    const surprise = json<DrillState>(await served.ask('trainee', 'POST', '/api/drills', { difficulty: 'beginner', trainee: 'Robin' }))
    assert.deepEqual([surprise.blind, surprise.scenario, surprise.trainee, surprise.variant], [true, '', 'Robin', null])
    for (const hidden of ['seed', 'fingerprint', 'injectedSteps']) assert.ok(!(hidden in surprise), hidden)
    await served.bench.engine.abort('enough')
    for (const role of ['trainee', 'instructor'] as const) {
      const body = { scenario: 'slow-shelves', mode: 'assessment' }
      const answer = json<DrillState & { warnings?: string[] }>(await served.ask(role, 'POST', '/api/drills', body))
      assert.deepEqual([answer.blind, Array.isArray(answer.warnings)], [true, role === 'instructor'])
      await served.bench.engine.abort('enough')
    }
  })
})

test('when others can read the answers, an assessment starts with a warning to the instructor and in the log', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'firedrill-checkout-'))
  const answer = path.join(root, 'scenarios', 'one', 'scenario.yaml')
  try {
    for (const name of readdirSync(projectRoot).filter((one) => one !== 'scenarios' && one !== 'bench'))
      symlinkSync(path.join(projectRoot, name), path.join(root, name))
    mkdirSync(path.dirname(answer), { recursive: true })
    writeFileSync(answer, 'id: one\n')
    chmodSync(answer, 0o644)
    chmodSync(root, 0o755)
    await using served = new ServedBench({ root })
    await served.bench.pass(20)
    const log: string[] = []
    t.mock.method(process.stderr, 'write', (text: string) => log.push(text) > 0)
    const start = async (role: 'trainee' | 'instructor', mode: 'assessment' | 'learning') => {
      const answered = await served.ask(role, 'POST', '/api/drills', { scenario: 'slow-shelves', mode })
      await served.bench.engine.abort('enough')
      return json<{ warnings?: string[] }>(answered).warnings
    }
    const warning =
      `other users of this machine may read the answers in ${root} (scenarios/one/scenario.yaml): ` +
      `run '${closing(root)}', or assess on another host`
    const game = async () => {
      const plan = { title: 'Ours', scenarios: ['slow-shelves'], mode: 'assessment' }
      return json<{ warnings: string[] }>(await served.ask('instructor', 'POST', '/api/game-days', plan)).warnings
    }
    assert.deepEqual(await start('instructor', 'assessment'), [warning])
    assert.deepEqual(log, [`an assessment has begun, and ${warning}\n`])
    assert.deepEqual(await game(), [warning])
    assert.equal(await start('trainee', 'assessment'), undefined, 'where the answers are is nothing to tell a trainee')
    assert.deepEqual(await start('instructor', 'learning'), [])
    // By the command in the warning.
    execFileSync('sh', ['-c', closing(root)], { stdio: 'ignore' })
    assert.deepEqual(await start('instructor', 'assessment'), [])
    assert.equal(log.length, 2)
  } finally {
    rmSync(root, { recursive: true })
  }
})

describe('reading drills', () => {
  test('a running drill hides earlier ones of its scenario, and a blind one hides all', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const earlier = await bench.start('slow-shelves')
    await bench.engine.finish()
    const other = await bench.start('stuck-checkout')
    await bench.engine.finish()
    const read = async (id: string, role: 'trainee' | 'instructor' = 'trainee') =>
      codeOf(await served.ask(role, 'GET', `/api/drills/${id}/debrief`))
    assert.deepEqual([await read(earlier), await read(other), await read('none')], ['200 ', '200 ', '404 not-found'])
    await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    assert.deepEqual([await read(earlier), await read(other)], ['409 wrong-state', '200 '])
    assert.deepEqual([await read(earlier, 'instructor'), await read(other, 'instructor')], ['200 ', '200 '])
    await bench.engine.abort('enough')
    await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin', blind: true })
    assert.deepEqual([await read(earlier), await read(other)], ['409 wrong-state', '409 wrong-state'])
    assert.equal(codeOf(await served.ask('trainee', 'GET', `/api/drills/${other}`)), '409 wrong-state')
    const list = await served.read<{ drills: DrillState[]; running: string }>('trainee', '/api/drills')
    assert.deepEqual(new Set(list.drills.map(({ scenario }) => scenario)), new Set(['']))
    assert.equal(list.running, bench.engine.running()?.id)
    await bench.engine.abort('enough')
  })

  test('rehearsals are left out, and the list does not contain the texts of hints', async () => {
    await using served = new ServedBench()
    const { bench } = served
    await bench.start()
    await bench.pass(6)
    bench.fire('a', { notifies: true })
    bench.engine.coaching.askHint()
    await bench.engine.finish()
    bench.alerts.length = 0
    await bench.engine.start('slow-shelves', { mode: 'rehearsal', trainee: 'verify' })
    await bench.engine.abort('enough')
    const { drills } = await served.read<{ drills: DrillState[] }>('trainee', '/api/drills')
    assert.deepEqual(
      drills.map(({ mode, hints }) => [mode, hints.map(({ text }) => text)]),
      [['learning', ['']]],
    )
  })

  test('the debrief is available when the drill is finished, and never for one that was aborted', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const drill = await bench.start()
    for (const what of ['debrief', 'debrief.html', 'postmortem.md', 'terminals'])
      assert.equal(codeOf(await served.ask('trainee', 'GET', `/api/drills/${drill}/${what}`)), '409 wrong-state', what)
    await bench.engine.abort('enough')
    assert.equal(codeOf(await served.ask('trainee', 'GET', `/api/drills/${drill}/debrief`)), '409 wrong-state')
    const second = await bench.start()
    await bench.engine.finish()
    const { text } = await served.ask('trainee', 'GET', `/api/drills/${second}/postmortem.md`)
    assert.match(text, /^# Postmortem: Slow shelves/)
    assert.deepEqual(await served.read('trainee', `/api/drills/${second}/terminals`), { terminals: [] })
    assert.equal(codeOf(await served.ask('trainee', 'GET', `/api/drills/${second}/terminals/none`)), '404 not-found')
    assert.equal(codeOf(await served.ask('trainee', 'GET', `/api/drills/${second}/postmortem.zip`)), '502 component-unreachable')
  })

  test('the instructor sees which check fails', async () => {
    await using served = new ServedBench()
    await served.bench.pass(20)
    const [trainee, instructor] = [
      await served.read<object>('trainee', '/api/health'),
      await served.read<object>('instructor', '/api/health'),
    ]
    assert.deepEqual(Object.keys(trainee), ['healthy', 'at'])
    assert.deepEqual(Object.keys(instructor), ['healthy', 'results', 'at'])
  })
})

describe('commands in a drill', () => {
  test('each command applies to the running drill: for another one it is refused', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const over = await bench.start()
    await bench.engine.finish()
    const drill = await bench.start()
    const cause = { component: 'redis', category: 'cache' }
    const table: [method: 'POST' | 'PUT', path: string, body: object | undefined, role: 'trainee' | 'instructor'][] = [
      ['POST', 'cause', cause, 'trainee'],
      ['POST', 'chat', { text: 'look' }, 'trainee'],
      ['POST', 'status-updates', { status: 'investigating', text: 'x' }, 'trainee'],
      ['POST', 'hint', undefined, 'trainee'],
      ['POST', 'coach', { text: 'where?' }, 'trainee'],
      ['POST', 'coach/snooze', {}, 'trainee'],
      ['PUT', 'coach/mode', { mode: 'muted' }, 'instructor'],
      ['POST', 'messages', { text: 'hello' }, 'instructor'],
      ['POST', 'extend', {}, 'instructor'],
      ['POST', 'pause', undefined, 'instructor'],
      ['POST', 'continue', undefined, 'instructor'],
      ['POST', 'finish', undefined, 'trainee'],
    ]
    for (const [method, path, body, role] of table) {
      assert.equal(codeOf(await served.ask(role, method, `/api/drills/${over}/${path}`, body)), '409 wrong-state', path)
      if (role === 'instructor')
        assert.equal(codeOf(await served.ask('trainee', method, `/api/drills/${drill}/${path}`, body)), '403 forbidden', path)
      const answer = await served.ask(role, method, `/api/drills/${drill}/${path}`, body)
      assert.equal(answer.status, 200, `${path}: ${answer.text}`)
    }
    const types = bench.types(drill)
    for (const type of [
      'cause-named',
      'said',
      'status-posted',
      'hint-asked',
      'coach-asked',
      'coach-snoozed',
      'coach-mode-set',
      'message-sent',
      'time-extended',
      'drill-paused',
      'drill-continued',
      'drill-finished',
    ])
      assert.equal(types.filter((each) => each === type).length, 1, type)
  })

  test('a page that does not exist cannot be acknowledged; a view counts only in the running drill', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const drill = await bench.start()
    assert.equal(codeOf(await served.ask('trainee', 'POST', `/api/drills/${drill}/acknowledge`)), '409 wrong-state')
    const view = { view: 'logs', component: 'redis', detail: 'x' }
    assert.deepEqual(json(await served.ask('trainee', 'POST', `/api/drills/none/views`, view)), { counted: false })
    assert.deepEqual(json(await served.ask('trainee', 'POST', `/api/drills/none/tool-calls`, { tool: 'a', ok: true })), {})
    assert.equal(bench.state(drill).toolCalls, 0)
    await bench.pass(6)
    bench.fire('a', { notifies: true })
    const state = json<DrillState>(await served.ask('trainee', 'POST', `/api/drills/${drill}/acknowledge`))
    assert.notEqual(state.milestones.acknowledged, null)
    await bench.engine.finish()
  })

  test('a hint from the instructor is a gift: it does not count as a request', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const drill = await bench.start()
    await bench.pass(6)
    bench.fire('a', { notifies: true })
    assert.deepEqual(json(await served.ask('instructor', 'POST', `/api/drills/${drill}/hint`)), { given: true, waitMs: 0 })
    assert.ok(!bench.types(drill).includes('hint-asked'))
    const asked = json<{ given: boolean; waitMs: number }>(await served.ask('trainee', 'POST', `/api/drills/${drill}/hint`))
    assert.equal(asked.given, false)
    assert.ok(asked.waitMs > 0)
    assert.ok(!('hint' in asked), 'its text comes as an event')
    await bench.engine.finish()
  })

  test('a trainee’s question has the number by which trainees see events', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const drill = await bench.start()
    await bench.pass(6)
    const { id } = json<{ id: number }>(await served.ask('trainee', 'POST', `/api/drills/${drill}/coach`, { text: 'where?' }))
    const { events } = await served.read<{ events: DrillEvent[] }>('trainee', `/api/drills/${drill}`)
    assert.equal(events.find(({ type }) => type === 'coach-asked')?.id, id)
    const own = bench.events(drill).find(({ type }) => type === 'coach-asked')
    assert.notEqual(own?.id, id, 'what is hidden is not counted')
    await bench.engine.finish()
  })

  test('a note can be added to the running or a finished drill, and to no other', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const aborted = await bench.start()
    await bench.engine.abort('enough')
    const drill = await bench.start()
    const note = (id: string) => served.ask('trainee', 'POST', `/api/drills/${id}/notes`, { text: 'odd' })
    assert.equal((await note(drill)).status, 200)
    await bench.engine.finish()
    assert.equal((await note(drill)).status, 200)
    assert.equal(codeOf(await note(aborted)), '409 wrong-state')
    assert.equal(codeOf(await note('none')), '404 not-found')
    assert.equal(bench.types(drill).filter((type) => type === 'note-added').length, 2)
  })
})

test('the catalogue lists the easiest first, with the best score, and is closed while a blind drill runs', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const read = (role: 'trainee' | 'instructor' = 'trainee') =>
    served.read<{ scenarios: ScenarioCard[]; closed: boolean }>(role, '/api/scenarios')
  await bench.start('slow-shelves')
  await bench.engine.finish()
  const { scenarios, closed } = await read()
  assert.equal(closed, false)
  const order = ['beginner', 'intermediate', 'advanced']
  const rank = ({ playable, difficulty, title }: ScenarioCard) => `${playable ? 0 : 1}${order.indexOf(difficulty)} ${title}`
  const ranks = scenarios.map(rank)
  assert.deepEqual(
    ranks.map((each) => each.slice(0, 2)),
    ranks.map((each) => each.slice(0, 2)).toSorted(),
  )
  const card = scenarios.find(({ id }) => id === 'slow-shelves')
  assert.equal(card?.plays, 1)
  assert.ok(card.best)
  for (const hidden of ['timeline', 'cause', 'solution', 'milestones', 'variants']) assert.ok(!(hidden in card), hidden)
  assert.ok('variants' in ((await read('instructor')).scenarios[0] ?? {}))
  assert.equal((await served.ask('trainee', 'GET', '/api/scenarios/slow-shelves/plan')).status, 403)
  assert.equal((await served.ask('instructor', 'GET', '/api/scenarios/no-such/plan')).status, 404)
  const plan = await served.read<{ timeline: object[] }>('instructor', '/api/scenarios/slow-shelves/plan?seed=3')
  assert.equal(plan.timeline.length, 1)
  await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin', blind: true })
  assert.deepEqual([(await read()).scenarios.length, (await read()).closed], [0, true])
  assert.equal((await read('instructor')).closed, false)
  assert.deepEqual(await served.read('trainee', '/api/paths'), { paths: [] })
  await bench.engine.abort('enough')
  assert.ok((await served.read<{ paths: object[] }>('trainee', '/api/paths')).paths.length >= 7)
})
