import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { RangeState } from '../../range/targets/local/state.ts'
import { run } from '../../test/loaded-modules.ts'

const work = mkdtempSync(path.join(tmpdir(), 'firedrill-drill-'))
const state = new RangeState(work)
const asked: { role: string; url: string; body: unknown }[] = []
let answers: Record<string, unknown> = {}
const server = http.createServer((request, response) => {
  void text(request).then((body) => {
    const role = request.headers.authorization === `Bearer ${state.config().tokens.instructor}` ? 'instructor' : 'trainee'
    if (request.method === 'POST') asked.push({ role, url: request.url ?? '', body: JSON.parse(body) })
    const answer = request.url === '/api/drills' && request.method === 'GET' ? { running: 'd1' } : (answers[request.url ?? ''] ?? {})
    response.end(JSON.stringify(answer))
  })
})
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Safe: it listens on a port.
  state.configure({ portBase: (server.address() as AddressInfo).port })
})
after(() => {
  server.close()
  rmSync(work, { recursive: true })
})

/** The output of a command, and its last request to the control plane. */
async function drill(args: string[], given: Record<string, unknown> = {}) {
  answers = given
  asked.length = 0
  const { status, stdout, stderr } = await run('cli/main.ts', ['drill', ...args, '--dir', work])
  return { status, stdout, stderr, asked: asked.at(-1) }
}

const alert = { fingerprint: 'f', severity: 'page', startsAt: '' }
const unreached = { acknowledged: null, located: null, diagnosed: null, mitigated: null, recovered: null }
const began = Date.now() - 600_000
const incident = { title: null, startedAt: began, pagedAt: began + 60_000, pars: {}, hints: 0, wrongCauses: 0, over: false }
const firing = { name: 'OrdersLate', summary: 'orders are late', firing: true }

/** A shift whose first incident is over and whose second is open, while noise pages. */
const view = {
  title: 'A quiet Sunday',
  drill: {
    shift: true,
    startedAt: began,
    milestones: unreached,
    hints: [],
    firing: [
      { ...alert, name: 'OrdersLate', summary: 'orders are late' },
      { ...alert, name: 'LegacyDisk', summary: 'an old rule' },
    ],
  },
  incidents: [
    { ...incident, number: 1, over: true, pages: [{ name: 'BrowseSlow', summary: 'slow', firing: false }] },
    {
      ...incident,
      number: 2,
      milestones: { ...unreached, acknowledged: began + 72_000 },
      pages: [firing],
      hints: 1,
      wrongCauses: 2,
    },
  ].map((each) => ({ milestones: unreached, ...each })),
  events: [
    { type: 'hint-given', incident: 2, text: 'look at the queue' },
    { type: 'hint-asked', incident: 1 },
  ],
}

test('drill start: a shift, by its id; by a seed, with the instructor’s rights', async () => {
  const begun = { '/api/drills': { number: 3 } }
  const started = await drill(['start', '--shift', 'quiet-sunday'], begun)
  assert.equal(started.status, 0, started.stderr)
  assert.deepEqual(started.asked, {
    role: 'trainee',
    url: '/api/drills',
    body: { shift: 'quiet-sunday', mode: 'learning', trainee: 'trainee' },
  })
  const again = await drill(['start', '--shift', 'quiet-sunday', '--seed', '7', '--as', 'instructor'], begun)
  assert.deepEqual(
    [again.asked?.role, again.asked?.body],
    ['instructor', { shift: 'quiet-sunday', mode: 'learning', trainee: 'trainee', seed: 7 }],
  )
})

test('drill start: refuses contradictory options', async () => {
  for (const [args, why] of [
    [[], /give the id of a scenario, --surprise or --shift/],
    [['slow-shelves', '--shift', 'quiet-sunday'], /give the id of a scenario, --surprise or --shift/],
    [['--surprise', '--shift', 'quiet-sunday'], /give the id of a scenario, --surprise or --shift/],
    [['--shift', 'quiet-sunday', '--level', 'beginner'], /--level is for a surprise: .* instead of the shift/],
    [['slow-shelves', '--level', 'beginner'], /--level is for a surprise: .* instead of the scenario/],
    [['--shift', 'quiet-sunday', '--variant', 'x'], /--variant is for a scenario/],
  ] as const) {
    const { status, stderr, asked: post } = await drill(['start', ...args])
    assert.deepEqual([status, post], [1, undefined], args.join(' '))
    assert.match(stderr, why, args.join(' '))
  }
})

test('drill ack, diagnose and hint: for the named incident, or without one', async () => {
  assert.deepEqual((await drill(['ack', '--incident', '2'])).asked, {
    role: 'trainee',
    url: '/api/drills/d1/acknowledge',
    body: { incident: 2 },
  })
  assert.deepEqual((await drill(['ack'])).asked?.body, {})
  const cause = ['diagnose', '--component', 'orders', '--category', 'release']
  const named = await drill([...cause, '--incident', '1'], { '/api/drills/d1/cause': { correct: true } })
  assert.deepEqual(
    [named.stdout, named.asked?.body],
    ['that is the cause\n', { component: 'orders', category: 'release', sentence: '', incident: 1 }],
  )
  assert.deepEqual((await drill(cause)).asked?.body, { component: 'orders', category: 'release', sentence: '' })
  const hint = await drill(['hint', '--incident', '2'], { '/api/drills/d1/hint': { given: true, waitMs: 0 }, '/api/drills/d1': view })
  assert.deepEqual([hint.stdout, hint.asked?.body], ['incident 2: look at the queue\n', { incident: 2 }])
})

test('drill skip: by the instructor alone, with the time skipped', async () => {
  const { stdout, asked: post } = await drill(['skip'], { '/api/drills/d1/skip': { skippedMs: 95_000 } })
  assert.deepEqual([stdout, post?.role, post?.url], ['what was planned next, in 1:35, begins now\n', 'instructor', '/api/drills/d1/skip'])
})

test('drill status: each incident of a shift, and other pages', async () => {
  const { stdout } = await drill(['status'], { '/api/drills/d1': view })
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^A quiet Sunday \d+ min \d\d s$/)
  assert.deepEqual(lines.slice(1, 5), [
    '  page: LegacyDisk: an old rule',
    'incident 1 over',
    '  page: BrowseSlow: slow (resolved)',
    '  ○ acknowledged ',
  ])
  assert.match(lines[9] ?? '', /^incident 2 paged \d+:\d\d ago$/)
  assert.deepEqual(lines.slice(10, 12), ['  page: OrdersLate: orders are late', '  ● acknowledged 12.0 s'])
  assert.equal(lines.at(-1), '  hints: 1, wrong causes: 2')
  assert.ok(!stdout.includes('page: OrdersLate: orders are late (resolved)'))
  const json = await drill(['status', '--json'], { '/api/drills/d1': view })
  assert.deepEqual((JSON.parse(json.stdout) as typeof view).incidents, view.incidents)
})

test('drill status: a shift without open incidents, and a drill that is no shift', async () => {
  const calm = await drill(['status'], { '/api/drills/d1': { ...view, incidents: [], drill: { ...view.drill, firing: [] } } })
  assert.match(calm.stdout, /^A quiet Sunday .*\n {2}no incident so far\n$/)
  const plain = await drill(['status'], { '/api/drills/d1': { ...view, incidents: [], drill: { ...view.drill, shift: false } } })
  assert.match(plain.stdout, /page: OrdersLate: orders are late\n {2}page: LegacyDisk: an old rule\n {2}○ acknowledged \n/)
})
