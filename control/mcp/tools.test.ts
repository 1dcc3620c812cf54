import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { readArguments } from './arguments.ts'
import type { Tool } from './tool.ts'
import { tools } from './tools.ts'
import { client } from '../../model/client.ts'

const now = Date.parse('2026-01-01T12:00:00Z')
type Call = [method: 'GET' | 'POST', path: string, body?: unknown]

/** The API requests that a tool makes, and its answer. */
async function used(name: string, given: object = {}, answers: Record<string, unknown> = {}, running: string | null = 'd1') {
  const tool = tools.find((each) => each.name === name)
  assert.ok(tool, name)
  const calls: Call[] = []
  // Safe: a test supplies the answers that its tool reads.
  const answer = (path: string) =>
    path === '/api/drills' ? { running } : (Object.entries(answers).find(([start]) => path.startsWith(start))?.[1] ?? {})
  const api = client(async ({ method, path, body }) => {
    calls.push(body === undefined || Object.keys(body as object).length === 0 ? [method as 'GET', path] : [method as 'POST', path, body])
    return { status: 200, text: JSON.stringify(answer(path)) }
  })
  mock.timers.enable({ apis: ['Date'], now })
  try {
    const input = readArguments({ name, input: tool.input, verbatim: tool.verbatim ?? [] }, given)
    const result = await tool.run(api, input)
    // Nearly all of them ask which drill runs.
    return { calls: calls.filter(([method, path]) => method === 'POST' || path !== '/api/drills'), answer: result }
  } finally {
    mock.timers.reset()
  }
}
/** The path of the only call, and its parameters. */
async function asked(name: string, given: object = {}, answers: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const { calls } = await used(name, given, answers)
  assert.equal(calls.length, 1, name)
  const url = new URL(calls[0]?.[1] ?? '', 'http://x')
  return { path: url.pathname, ...Object.fromEntries(url.searchParams) }
}

describe('tools that look', () => {
  const times = { from: String(now - 300_000), to: String(now) }
  const table: [name: string, given: object, expected: object][] = [
    ['query_metrics', { query: 'up{a="b"}' }, { path: '/api/prometheus/query', query: 'up{a="b"}' }],
    ['query_metrics', { query: 'up', lastSeconds: 60 }, { path: '/api/prometheus/query', query: 'up' }],
    [
      'query_metrics',
      { query: 'up', lastSeconds: 60, stepSeconds: 5 },
      { path: '/api/prometheus/query_range', query: 'up', start: String(now / 1_000 - 60), end: String(now / 1_000), step: '5' },
    ],
    ['search_traces', {}, { path: '/api/telemetry/traces', ...times, limit: '20' }],
    [
      'search_traces',
      { service: 'orders', operation: 'POST /orders', minDurationMs: 0, errorsOnly: true, lastSeconds: 10, limit: 100 },
      {
        path: '/api/telemetry/traces',
        from: String(now - 10_000),
        to: String(now),
        limit: '100',
        service: 'orders',
        operation: 'POST /orders',
        minDurationMs: '0',
        errors: 'true',
      },
    ],
    ['get_trace', { traceId: 'A'.repeat(32) }, { path: `/api/telemetry/traces/${'a'.repeat(32)}` }],
    ['search_logs', {}, { path: '/api/telemetry/logs', ...times, limit: '20' }],
    [
      'search_logs',
      { service: 'redis', text: 'OOM', severity: 'WARN', traceId: 'b'.repeat(32), limit: 200 },
      { path: '/api/telemetry/logs', ...times, limit: '200', service: 'redis', text: 'OOM', minSeverity: '13', traceId: 'b'.repeat(32) },
    ],
    ['get_topology', {}, { path: '/api/range' }],
    ['list_changes', {}, { path: '/api/changes' }],
    ['list_changes', { service: 'orders' }, { path: '/api/changes', service: 'orders' }],
    ['list_actions', {}, { path: '/api/actions' }],
  ]
  for (const [name, given, expected] of table)
    test(`${name} ${JSON.stringify(given)}`, async () => assert.deepEqual(await asked(name, given), expected))

  for (const [word, number] of Object.entries({
    DEBUG: 5,
    trace: 5,
    INFO: 9,
    notice: 9,
    Warning: 13,
    err: 17,
    error: 17,
    CRITICAL: 21,
    FATAL: 21,
  }))
    test(`a severity may be called ${word}`, async () =>
      assert.equal((await asked('search_logs', { severity: word }))['minSeverity'], String(number)))

  test('values out of bounds are refused', async () => {
    for (const [name, given] of [
      ['search_logs', { limit: 201 }],
      ['search_traces', { limit: 101 }],
      ['search_traces', { minDurationMs: -1 }],
      ['query_metrics', { query: '' }],
      ['query_metrics', { query: 'up', lastSeconds: 86_401 }],
      ['query_metrics', { query: 'up', stepSeconds: 0 }],
      ['get_trace', { traceId: 'a'.repeat(31) }],
    ] as const)
      await assert.rejects(used(name, given), { code: 'bad-request' }, `${name} ${JSON.stringify(given)}`)
  })

  test('scenarios are counted, and not named', async () => {
    const scenarios = [
      { id: 'x', difficulty: 'beginner', playable: true },
      { id: 'y', difficulty: 'beginner', playable: false },
      { id: 'z', difficulty: 'advanced', playable: true },
    ]
    const { answer } = await used('list_scenarios', {}, { '/api/scenarios': { scenarios } })
    assert.deepEqual(answer, { scenarios: { beginner: 1, intermediate: 0, advanced: 1 } })
  })

  test('shifts that can be played are listed as in the catalogue, without earlier drills', async () => {
    const own = { id: 'x', title: 'X', summary: 'A night.', difficulty: 'beginner', limitMs: 1_800_000 }
    const shift = { ...own, brief: 'A note.', plays: 1, best: { score: 80, drill: 'd0' }, playable: true }
    const { answer } = await used('list_shifts', {}, { '/api/shifts': { shifts: [shift, { ...shift, id: 'y', playable: false }] } })
    assert.deepEqual(answer, { shifts: [own] })
  })

  test('the latest events of the drill are returned, twenty by default', async () => {
    const events = Array.from({ length: 30 }, (_, index) => index)
    const told = async (given: object) =>
      ((await used('get_drill', given, { '/api/drills/d1': { title: 'Drill 3', events } })).answer as { events: number[] }).events
    assert.deepEqual(await told({}), events.slice(10))
    assert.deepEqual(await told({ events: 2 }), [28, 29])
    assert.deepEqual(await told({ events: 200 }), events)
  })

  test('for a shift, all its incidents are returned', async () => {
    const incidents = [{ number: 1 }, { number: 2 }]
    const { answer } = await used('get_drill', {}, { '/api/drills/d1': { title: 'A quiet Sunday', incidents, events: [] } })
    assert.deepEqual(answer, { title: 'A quiet Sunday', incidents, events: [] })
  })

  test('the monitoring’s Watchdog does not count as an alert', async () => {
    const [page, watchdog] = [{ labels: { severity: 'page' } }, { labels: { severity: 'none' } }]
    assert.deepEqual((await used('list_alerts', {}, { '/api/alerts': [page, watchdog] })).answer, { alerts: [page] })
  })

  test('metrics are found by a part of their name, five hundred at most', async () => {
    const data = ['up', 'group_size', ...Array.from({ length: 600 }, (_, index) => `http_${index}`)]
    const found = async (given: object) =>
      ((await used('list_metrics', given, { '/api/prometheus': { data } })).answer as { metrics: string[] }).metrics
    assert.deepEqual(await found({ contains: 'up' }), ['up', 'group_size'])
    assert.deepEqual(await found({}), data.slice(0, 500))
  })

  test('the mesh policy comes with its history', async () => {
    const answers = { '/api/mesh/history': { revisions: [1] }, '/api/mesh': { yaml: 'a' } }
    const { calls, answer } = await used('get_mesh_policy', { service: 'orders' }, answers)
    assert.deepEqual(
      calls.map(([, path]) => path),
      ['/api/mesh?service=orders', '/api/mesh/history'],
    )
    assert.deepEqual(answer, { yaml: 'a', revisions: [1] })
  })
})

describe('tools that change something', () => {
  const post = async (name: string, given: object = {}) => (await used(name, given)).calls.at(-1)
  const cause = { component: 'redis', category: 'cache' }
  const table: [name: string, given: object, expected: Call][] = [
    ['acknowledge_page', {}, ['POST', '/api/drills/d1/acknowledge']],
    ['acknowledge_page', { incident: '2' }, ['POST', '/api/drills/d1/acknowledge', { incident: 2 }]],
    ['finish_drill', {}, ['POST', '/api/drills/d1/finish']],
    [
      'run_action',
      { action: 'restart', params: { component: 'redis' } },
      ['POST', '/api/actions/restart', { params: { component: 'redis' } }],
    ],
    ['run_action', { action: 'list-jobs' }, ['POST', '/api/actions/list-jobs', { params: {} }]],
    ['run_command', { command: 'null' }, ['POST', '/api/shells/commands', { command: 'null', timeoutSeconds: 30 }]],
    ['name_cause', cause, ['POST', '/api/drills/d1/cause', { ...cause, sentence: '' }]],
    ['name_cause', { ...cause, sentence: 'none' }, ['POST', '/api/drills/d1/cause', { ...cause, sentence: 'none' }]],
    ['name_cause', { ...cause, incident: 1 }, ['POST', '/api/drills/d1/cause', { ...cause, sentence: '', incident: 1 }]],
    ['add_note', { text: 'odd' }, ['POST', '/api/drills/d1/notes', { text: 'odd' }]],
    ['message_person', { person: 'support-lead', text: 'null' }, ['POST', '/api/drills/d1/people/support-lead/messages', { text: 'null' }]],
    ['ask_quiet', {}, ['POST', '/api/drills/d1/quiet', { forMs: 300_000 }]],
    [
      'post_status_update',
      { status: 'identified', text: 'x' },
      ['POST', '/api/drills/d1/status-updates', { status: 'identified', text: 'x', audience: 'customers' }],
    ],
  ]
  for (const [name, given, expected] of table)
    test(`${name} ${JSON.stringify(given)}`, async () => assert.deepEqual(await post(name, given), expected))

  test('a drill that an agent starts is blind and an assessment by default', async () => {
    assert.deepEqual(await post('start_drill'), ['POST', '/api/drills', { trainee: 'agent', mode: 'assessment', blind: true }])
    assert.deepEqual(
      await post('start_drill', { difficulty: 'Beginner', mode: 'learning', scenario: 'x', blind: false }).catch(
        (error: Error) => error.message,
      ),
      "start_drill: there is no parameter 'blind' (start_drill takes difficulty, scenario, shift, trainee, mode)",
    )
  })

  test('an agent starts a shift as a trainee does: blind, and by its id', async () => {
    assert.deepEqual(await post('start_drill', { shift: 'quiet-sunday' }), [
      'POST',
      '/api/drills',
      { shift: 'quiet-sunday', trainee: 'agent', mode: 'assessment', blind: true },
    ])
  })

  test('a hint is returned with all earlier ones', async () => {
    const { answer } = await used(
      'ask_hint',
      {},
      { '/api/drills/d1/hint': { given: true, waitMs: 0 }, '/api/drills/d1': { drill: { hints: ['one', 'two'] } } },
    )
    assert.deepEqual(answer, { given: true, waitMs: 0, hints: ['one', 'two'] })
  })

  test('in a shift, a hint is requested for one incident, and returned with those of all', async () => {
    const hint = { type: 'hint-given', incident: 2, text: 'look there' }
    const { calls, answer } = await used(
      'ask_hint',
      { incident: 2 },
      {
        '/api/drills/d1/hint': { given: true, waitMs: 0 },
        '/api/drills/d1': { drill: { shift: true, hints: [] }, events: [{ type: 'hint-asked', incident: 2 }, hint] },
      },
    )
    assert.deepEqual(calls[0], ['POST', '/api/drills/d1/hint', { incident: 2 }])
    assert.deepEqual(answer, { given: true, waitMs: 0, hints: [hint] })
  })

  test('messages to and from people are returned in order', async () => {
    const events = [
      { type: 'person-said', at: now, person: 'support-lead', text: 'customers call', wants: 'status' },
      { type: 'said', at: now, text: 'among ourselves' },
      { type: 'person-asked', at: now + 1_000, person: 'support-lead', text: 'which?' },
    ]
    const { answer } = await used('list_people', {}, { '/api/drills/d1/people': { people: [] }, '/api/drills/d1': { events } })
    assert.deepEqual(answer, {
      people: [],
      said: [
        { at: '2026-01-01T12:00:00.000Z', from: 'support-lead', text: 'customers call', wants: 'status' },
        { at: '2026-01-01T12:00:01.000Z', to: 'support-lead', text: 'which?' },
      ],
    })
  })

  test('an action is called only by its id: the name cannot lead to another route', async () => {
    for (const action of ['../drills', 'Restart', 'a b', ''])
      await assert.rejects(used('run_action', { action }), { code: 'bad-request' }, action)
  })
})

test('without a drill, each tool that needs one says so', async () => {
  for (const name of ['get_drill', 'acknowledge_page', 'ask_hint', 'finish_drill', 'list_people', 'list_tickets'])
    await assert.rejects(
      used(name, {}, {}, null),
      { code: 'wrong-state', message: 'no drill is running: start one with start_drill' },
      name,
    )
})

test('a read-only tool posts nothing', async () => {
  const given: Record<string, object> = { query_metrics: { query: 'up' }, get_trace: { traceId: 'a'.repeat(32) } }
  const answers = {
    '/api/scenarios': { scenarios: [] },
    '/api/shifts': { shifts: [] },
    '/api/alerts': [],
    '/api/prometheus/label': { data: [] },
    '/api/drills/d1': { events: [] },
  }
  const looking: Tool[] = tools.filter(({ readOnly }) => readOnly)
  assert.ok(looking.length >= 12)
  for (const { name } of looking) {
    const { calls } = await used(name, given[name], answers)
    assert.ok(calls.length > 0 && calls.every(([method]) => method === 'GET'), name)
  }
})
