import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paperTokens } from '../replay/paper-context.ts'
import { Sunday } from '../../test/sunday.ts'
import { tools } from './tools.ts'
import type { IncidentView } from '../../model/routes/drills.ts'

/** A shift as an agent plays it: everything through MCP. */
class Agent {
  readonly sunday = new Sunday()
  /** Everything that it has read. */
  readonly read: string[] = []
  #calls = 0

  async ask(method: string, params: object): Promise<string> {
    const { served } = this.sunday
    const headers = { authorization: `Bearer ${paperTokens.trainee}`, host: served.host }
    const payload = { jsonrpc: '2.0', id: ++this.#calls, method, params }
    const { statusCode, body } = await (await served.app).inject({ method: 'POST', url: '/mcp', headers, payload })
    assert.equal(statusCode, 200, body)
    this.read.push(body)
    return body
  }

  async call<Answer>(name: string, args: object = {}): Promise<Answer> {
    const { result } = JSON.parse(await this.ask('tools/call', { name, arguments: args })) as {
      result: { isError?: boolean; content: { text: string }[] }
    }
    const text = result.content[0]?.text ?? ''
    assert.ok(!result.isError, `${name}: ${text}`)
    return JSON.parse(text) as Answer
  }

  incidents = async () =>
    (await this.call<{ incidents: IncidentView[] }>('get_drill')).incidents.map(({ number, title, over, milestones }) => ({
      number,
      title,
      over,
      reached: Object.entries(milestones).flatMap(([name, at]) => (at === null ? [] : [name])),
    }))

  /** Everything that can be read without a parameter. */
  async lookAround(): Promise<void> {
    const unasked = tools.filter(({ readOnly, input }) => readOnly && input.safeParse({}).success)
    assert.ok(unasked.length > 10)
    for (const { name } of unasked) await this.ask('tools/call', { name, arguments: {} })
    for (const uri of ['topology', 'scenarios', 'shifts']) await this.ask('resources/read', { uri: `firedrill://${uri}` })
    await this.ask('resources/list', {})
    await this.ask('tools/list', {})
  }
}

const secrets = ['slow-shelves', 'Slow shelves', 'two-truths', 'Two truths', 'prices-by-hand', 'bad-release', 'lying-rule']

test('an agent plays a shift through MCP: it sees each incident by its number, and never what comes next', async () => {
  const agent = new Agent()
  await using sunday = agent.sunday
  await sunday.pass(20)
  const { shifts } = await agent.call<{ shifts: { id: string; title: string }[] }>('list_shifts')
  assert.ok(shifts.some(({ id, title }) => id === 'quiet-sunday' && title === 'A quiet Sunday'))
  const started = await agent.call<{ id: string; shift: boolean; mode: string }>('start_drill', { shift: 'quiet-sunday' })
  assert.deepEqual([started.shift, started.mode], [true, 'assessment'])
  sunday.drill = started.id
  assert.deepEqual(await agent.incidents(), [])
  await agent.lookAround()
  await sunday.break('browsing', 'prices')
  await agent.call('acknowledge_page', { incident: 2 })
  assert.deepEqual(await agent.incidents(), [
    { number: 1, title: null, over: false, reached: [] },
    { number: 2, title: null, over: false, reached: ['acknowledged'] },
  ])
  await agent.call('ask_hint', { incident: 2 })
  await agent.call('acknowledge_page')
  await agent.call('name_cause', { component: 'inventory', category: 'release', incident: 1 })
  await agent.lookAround()
  await sunday.mend('browsing')
  assert.deepEqual(
    (await agent.incidents()).map(({ over }) => over),
    [true, false],
  )
  await agent.lookAround()
  for (const secret of secrets) {
    const told = agent.read.find((text) => text.includes(secret))
    assert.equal(told, undefined, secret)
  }
  const note = {
    broken: 'Prices are wrong.',
    hurt: 'Some customers.',
    since: '13:20',
    tried: 'Nothing yet.',
    doing: 'Looking.',
    next: 'Look at the cache.',
  }
  await agent.call('write_handover_note', note)
  await agent.call('finish_drill')
  const { result } = JSON.parse(await agent.ask('tools/call', { name: 'get_drill', arguments: {} })) as { result: { isError: boolean } }
  assert.ok(result.isError, 'it is over')
})

test('an agent’s mistakes in a shift are refused with messages that help it to continue', async () => {
  const agent = new Agent()
  await using sunday = agent.sunday
  await sunday.pass(20)
  const refused: [object, RegExp][] = [
    [{ shift: 'nowhere' }, /there is no shift 'nowhere': choose .*quiet-sunday/],
    [{ shift: 'quiet-sunday', difficulty: 'beginner' }, /a shift has its own incidents: leave out 'difficulty'/],
    [{ scenario: 'quiet-sunday' }, /is a shift: give it as 'shift'/],
  ]
  for (const [args, message] of refused) {
    const text = await agent.ask('tools/call', { name: 'start_drill', arguments: args })
    assert.match(text, /"isError":true/)
    assert.match(text, message)
  }
})
