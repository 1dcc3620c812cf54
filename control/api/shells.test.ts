import assert from 'node:assert/strict'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { DrillEvent } from '../../model/drill.ts'
import { onCallPassword } from '../../shell/on-call.ts'
import { foundPrograms } from '../../shell/own-programs.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { askSocket } from '../replay/ask-socket.ts'
import { ownPorts, paperContext, paperTokens } from '../replay/paper-context.ts'
import { ServedBench } from '../replay/served-bench.ts'

const skip = (await jailTrouble()) ?? false

interface Listed {
  trouble: string | null
  shells: { id: string; mayType: boolean; cols: number; owner: string }[]
}
type Opened = Listed['shells'][number]

/** What a viewer of a terminal has received, and a way to wait for more. */
async function watch(served: ServedBench, id: string, { token = 'trainee', from = 0, headers = {} } = {}) {
  const app = await served.app
  const seen = { text: '', end: from, messages: [] as { type: string; why?: string }[], closed: false }
  let changed = Promise.withResolvers<void>()
  const socket = await app.injectWS(
    `/api/shells/${id}/socket?from=${from}`,
    { headers: { authorization: `Bearer ${token}`, host: served.host, ...headers } },
    {
      onInit: (client) => {
        client.on('message', (data: Buffer, isBinary: boolean) => {
          if (isBinary) {
            const bytes = data.subarray(8)
            seen.text += bytes.toString()
            seen.end = data.readDoubleBE(0) + bytes.length
            client.send(JSON.stringify({ type: 'drawn', to: seen.end }))
          } else seen.messages.push(JSON.parse(data.toString()) as { type: string })
          changed.resolve()
        })
        client.on('close', () => {
          seen.closed = true
          changed.resolve()
        })
      },
    },
  )
  const until = async (what: () => boolean, withinMs = 20_000) => {
    for (const giveUpAt = performance.now() + withinMs; !what();) {
      if (performance.now() > giveUpAt) throw new Error(`not seen: ${JSON.stringify(seen).slice(-2_000)}`)
      changed = Promise.withResolvers()
      const timer = setTimeout(changed.resolve, 200)
      await changed.promise
      clearTimeout(timer)
    }
  }
  const type = (text: string) => socket.send(Buffer.from(text))
  /** Types a command, and waits for its output. */
  const run = async (command: string, printed: RegExp) => {
    type(`${command}\r`)
    await until(() => printed.test(seen.text))
  }
  return { socket, seen, until, type, run }
}

async function open(served: ServedBench): Promise<Opened> {
  const { status, text } = await served.ask('trainee', 'POST', '/api/shells', { cols: 100, rows: 30 })
  assert.equal(status, 200, text)
  return JSON.parse(text) as Opened
}

test('if no jail can be made there is no terminal, and everybody is told why', async () => {
  await using served = new ServedBench({ trouble: async () => 'bwrap is missing' })
  assert.equal((await served.read<Listed>('trainee', '/api/shells')).trouble, 'bwrap is missing')
  for (const [url, body] of [
    ['/api/shells', { cols: 80, rows: 24 }],
    ['/api/shells/commands', { command: 'id' }],
  ] as const) {
    const { status, text } = await served.ask('trainee', 'POST', url, body)
    assert.equal(status, 501)
    assert.match(text, /there is no terminal here: bwrap is missing/)
  }
})

test('a terminal can be watched with a token, from our own pages, while it exists', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const { id } = await open(served)
  const refused = async (how: Parameters<typeof watch>[2], which = id) =>
    assert.rejects(watch(served, which, how), /Unexpected server response: 4\d\d/)
  await refused({ token: 'nobody' })
  await refused({ headers: { authorization: '' } })
  await refused({ headers: { origin: 'http://elsewhere.example' } })
  await refused({ headers: { host: 'elsewhere.example' } })
  await refused({ token: 'service' })
  await refused({}, 'another')
  const trainee = await watch(served, id)
  await trainee.until(() => trainee.seen.text.includes('$ '))
  const instructor = await watch(served, id, { token: 'instructor' })
  await trainee.run('echo "$((40 + 2)) is it"', /42 is it/)
  const listed = await served.read<{ shells: { watchedBy: string[] }[] }>('trainee', '/api/shells')
  assert.deepEqual(listed.shells[0]?.watchedBy, ['instructor'])
  await instructor.until(() => instructor.seen.text.includes('42 is it'))
  instructor.type('echo "$((50 + 5)) is not"\r')
  await trainee.run('echo "$((60 + 6)) is last"', /66 is last/)
  assert.doesNotMatch(trainee.seen.text, /55/, 'who watches cannot type')
  assert.equal((await served.ask('trainee', 'DELETE', `/api/shells/${id}`)).status, 200)
  await trainee.until(() => trainee.seen.closed)
  assert.deepEqual(trainee.seen.messages.at(-1), { type: 'ended', why: 'it was closed' })
  await refused({})
})

test('a viewer who reconnects has lost nothing, and commands count in the drill until it ends', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const drill = await served.bench.start()
  const { id } = await open(served)
  const first = await watch(served, id)
  await first.run('seq -s" " 1 5', /1 2 3 4 5/)
  const { end } = first.seen
  first.socket.terminate()
  // It receives what was printed meanwhile.
  served.shells.shell(id).session.type(Buffer.from('seq -s"-" 1 5; false\r'))
  const back = await watch(served, id, { from: end })
  await back.until(() => back.seen.text.includes('1-2-3-4-5'))
  assert.doesNotMatch(back.seen.text, /1 2 3 4 5/)
  const again = await watch(served, id)
  await again.until(() => /1 2 3 4 5[^]*1-2-3-4-5/.test(again.seen.text))
  const commands = () =>
    served.bench.events(drill).filter((event): event is DrillEvent & { type: 'command-run' } => event.type === 'command-run')
  await back.until(() => commands().length === 2)
  assert.deepEqual(
    commands().map(({ command, status }) => [command, status]),
    [
      ['seq -s" " 1 5', 0],
      ['seq -s"-" 1 5; false', 1],
    ],
  )
  const unrecorded = await served.ask('trainee', 'POST', '/api/shells', { cols: 100, rows: 30, record: false })
  assert.equal((JSON.parse(unrecorded.text) as { recorded: boolean }).recorded, false)
  assert.equal((await served.ask('trainee', 'GET', `/api/drills/${drill}/terminals`)).status, 409, 'not before the end')
  await served.bench.engine.finish()
  await back.until(() => back.seen.closed)
  const { terminals } = await served.read<{ terminals: { id: string; owner: string }[] }>('trainee', `/api/drills/${drill}/terminals`)
  assert.deepEqual(
    terminals.map(({ id: one, owner }) => [one, owner]),
    [[id, 'trainee']],
  )
  const { text: cast } = await served.ask('trainee', 'GET', `/api/drills/${drill}/terminals/${id}`)
  assert.match(cast, /^\{"version":2,"width":100,/)
  assert.match(cast, /1-2-3-4-5/)
  assert.equal((await served.ask('trainee', 'GET', `/api/drills/${drill}/terminals/none`)).status, 404)
  assert.match(back.seen.messages.at(-1)?.why ?? '', /the drill is over/)
  assert.deepEqual((await served.read<Listed>('trainee', '/api/shells')).shells, [])
})

test('nobody can type while the drill is paused', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const drill = await served.bench.start()
  const { id } = await open(served)
  const trainee = await watch(served, id)
  await trainee.run('echo "$((40 + 2)) is it"', /42 is it/)
  served.bench.engine.clock.pause()
  const keyboard = (paused: boolean) => ({ type: 'keyboard', mayType: !paused, typist: null, paused })
  await trainee.until(() => isDeepStrictEqual(trainee.seen.messages.at(-1), keyboard(true)))
  trainee.type('echo "$((50 + 5)) is not"\r')
  const other = await watch(served, id)
  await other.until(() => isDeepStrictEqual(other.seen.messages.at(-1), keyboard(true)))
  served.bench.engine.clock.continue()
  await trainee.until(() => isDeepStrictEqual(trainee.seen.messages.at(-1), keyboard(false)))
  await trainee.run('echo "$((60 + 6)) is last"', /66 is last/)
  assert.doesNotMatch(trainee.seen.text, /55/)
  await trainee.until(() => served.bench.types(drill).filter((type) => type === 'command-run').length === 2)
  await served.bench.engine.finish()
})

interface Ran {
  output: string
  leftOut: number
  status: number
  folder: string
}

test('a command runs without a terminal: its folder is kept, its output is bounded, and it is stopped in time', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const drill = await served.bench.start()
  const run = async (command: string, timeoutSeconds = 20): Promise<Ran> => {
    const { status, text } = await served.ask('trainee', 'POST', '/api/shells/commands', { command, timeoutSeconds })
    assert.equal(status, 200, text)
    return JSON.parse(text) as Ran
  }
  const both = await run("mkdir -p ~/found; cd ~/found; echo \"it's\" >'a \"b\" \\ c'; echo 'out ü'; echo err >&2; false")
  assert.deepEqual([both.output, both.status, both.folder], ['out ü\nerr\n', 1, '/home/oncall/found'])
  assert.equal((await run('ls; cat *')).output, 'a "b" \\ c\nit\'s\n')
  const long = await run('seq 1 200000; exit 3')
  assert.deepEqual([long.status, long.output.startsWith('1\n2\n'), long.output.endsWith('199999\n200000\n')], [3, true, true])
  assert.ok(long.leftOut > 1_000_000 && long.output.length < 60_000)
  const late = await run('echo begun; sleep 60 & sleep 60', 1)
  assert.deepEqual([late.output, late.status], ['begun\n', 124])
  assert.equal((await run('read line; echo "read:$line"')).output, 'read:\n')
  const [first] = served.bench.events(drill).flatMap((event) => (event.type === 'command-run' ? [event] : []))
  assert.match(first?.command ?? '', /^mkdir -p ~\/found/)
})

test(
  'what is done in a terminal is a look at what has answered, and a change as harmful as the action that does the same',
  { skip },
  async () => {
    await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
    mkdirSync(path.join(served.bench.dir, 'logs'))
    writeFileSync(path.join(served.bench.dir, 'logs', 'orders.log'), '{"msg":"an order"}\n')
    const drill = await served.bench.start()
    const run = async (command: string) => (await served.ask('trainee', 'POST', '/api/shells/commands', { command })).text
    const seen = () =>
      served.bench.events(drill).flatMap((event) => (event.type === 'place-viewed' ? [`${event.view} ${event.component}`] : []))
    await run('curl -s orders-proxy/clusters; redis-cli info; psql -c "select 1"; tail /var/log/shop/catalog.log; true')
    assert.deepEqual(seen(), [], 'nothing has answered')
    const proxy = createServer((_request, response) => response.end('orders::healthy')).listen(served.port('orders-admin'), '127.0.0.1')
    const redis = net.createServer((socket) => socket.on('data', () => socket.end('+OK\r\n'))).listen(served.port('redis'), '127.0.0.1')
    try {
      assert.match(await run('curl -s orders-proxy/clusters'), /orders::healthy/)
      assert.match(await run('cat /var/log/shop/orders.log'), /an order/)
      assert.deepEqual(seen(), ['mesh orders', 'logs orders'])
      await run('redis-cli flushall')
    } finally {
      for (const server of [proxy, redis]) server.close()
    }
    const last = served.bench.events(drill).findLast((event) => event.type === 'command-run')
    assert.ok(last?.type === 'command-run' && last.kind === 'change')
    assert.match(last.harmful ?? '', /An empty cache sent more load/)
    const { harmfulActions, changes } = served.bench.state(drill)
    assert.deepEqual([harmfulActions, changes], [1, 1])
    // The reason is shown only afterwards.
    assert.doesNotMatch((await served.ask('trainee', 'GET', `/api/drills/${drill}`)).text, /An empty cache/)
  },
)

test(
  'what is asked of Prometheus goes through the control plane: it is noted there, and its lifecycle is out of reach',
  { skip },
  async () => {
    await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
    await served.listen()
    const asked: string[] = []
    const answer = { status: 'success', data: { resultType: 'vector', result: [{ metric: { service: 'orders' }, value: [1, '1'] }] } }
    const prometheus = createServer((request, response) => {
      asked.push(`${request.method} ${request.url?.split('?')[0]}`)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    }).listen(served.port('prometheus'), '127.0.0.1')
    try {
      const drill = await served.bench.start()
      const run = async (command: string) => (await served.ask('trainee', 'POST', '/api/shells/commands', { command })).text
      const query = 'up{service="orders"}'
      assert.match(await run(`curl -sG prometheus:9090/api/v1/query --data-urlencode 'query=${query}'`), /success/)
      assert.ok(served.bench.events(drill).some((event) => event.type === 'place-viewed' && event.component === 'orders'))
      // The client uses POST.
      const promtool = await run(`command -v promtool >/dev/null || echo none; promtool query instant http://prometheus:9090 '${query}'`)
      assert.match(promtool, /\{service=\\"orders\\"\} => 1|none/)
      asked.length = 0
      await run('curl -s -X POST prometheus:9090/-/quit; curl -s -X POST prometheus:9090/-/reload')
      assert.deepEqual(asked, [])
    } finally {
      prometheus.close()
    }
  },
)

test('the team sees a member’s terminal, and it is closed when that member is removed', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const { text } = await served.ask('instructor', 'POST', '/api/game-days', { title: 'Friday', scenarios: ['slow-shelves'] })
  const { id: day, code } = JSON.parse(text) as { id: string; code: string }
  const join = async (name: string) => {
    const payload = { code, name, role: 'operations' }
    const answer = await (await served.app).inject({ method: 'POST', url: '/api/game-day/join', headers: { host: served.host }, payload })
    return /firedrill=([^;]+)/.exec([answer.headers['set-cookie'] ?? []].flat().join(';'))?.[1] ?? ''
  }
  const [robin, sam] = [await join('Robin'), await join('Sam')]
  const opened = await (
    await served.app
  ).inject({ method: 'POST', url: '/api/shells', headers: { host: served.host, authorization: `Bearer ${robin}` }, payload: {} })
  const { id, owner } = opened.json<Opened>()
  assert.equal(owner, 'Robin of the team')
  const robins = await watch(served, id, { token: robin })
  const sams = await watch(served, id, { token: sam })
  await robins.run('echo "$FIREDRILL_TOKEN" | cut -c1-4', new RegExp(robin.slice(0, 4)))
  sams.type('echo "$((50 + 5)) is not"\r')
  await robins.run('echo "$((60 + 6)) is last"', /66 is last/)
  await sams.until(() => sams.seen.text.includes('66 is last'))
  assert.doesNotMatch(sams.seen.text, /55/)
  await assert.rejects(watch(served, id), /Unexpected server response: 404/, 'somebody who has not joined')
  // Only the owner may pass the keyboard, to a spectator, for as long as that one watches.
  const handOver = async (token: string, to: string | null) =>
    (
      await (
        await served.app
      ).inject({
        method: 'PUT',
        url: `/api/shells/${id}/keyboard`,
        headers: { host: served.host, authorization: `Bearer ${token}` },
        payload: { to },
      })
    ).statusCode
  assert.equal(await handOver(sam, 'Sam of the team'), 403)
  assert.equal(await handOver(robin, 'Kim of the team'), 404)
  assert.equal(await handOver(robin, 'Sam of the team'), 200)
  await sams.until(() => sams.seen.messages.some(({ type }) => type === 'keyboard'))
  await sams.run('echo "$((70 + 7)) is Sam"', /77 is Sam/)
  await robins.until(() => robins.seen.text.includes('77 is Sam'))
  sams.socket.terminate()
  await robins.until(() => robins.seen.messages.filter(({ type }) => type === 'keyboard').length === 2)
  const again = await watch(served, id, { token: sam, from: sams.seen.end })
  again.type('echo "$((80 + 8)) is not"\r')
  await robins.run('echo "$((90 + 9)) is last"', /99 is last/)
  assert.doesNotMatch(robins.seen.text, /88/)
  assert.equal((await served.ask('instructor', 'DELETE', `/api/game-days/${day}/people/Robin`)).status, 200)
  await robins.until(() => robins.seen.closed)
  assert.equal(served.shells.list().length, 0)
})

test('an agent runs commands over MCP, in the same jail', { skip }, async () => {
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  const call = async (id: number, command: string) => {
    const { text } = await served.ask('trainee', 'POST', '/mcp', {
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'run_command', arguments: { command } },
    })
    const { result } = JSON.parse(text) as { result: { isError?: boolean; content: { text: string }[] } }
    assert.ok(!result.isError, text)
    return JSON.parse(result.content[0]?.text ?? '') as Ran
  }
  assert.equal((await call(1, 'cd /tmp; id -un')).output, 'oncall\n')
  assert.equal((await call(2, 'pwd')).output, '/tmp\n')
})

const lacksRabbitmqadmin = !foundPrograms().some(({ name, found }) => name === 'rabbitmqadmin' && found)

test(
  'neither a password nor a token is an argument of what is run in a jail, where every user of the machine could read it',
  { skip: skip || (lacksRabbitmqadmin && 'rabbitmqadmin is missing') },
  async () => {
    await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
    // While the broker is asked, the program that asks it runs.
    const asked: { authorization: string | undefined; machine: string }[] = []
    const broker = createServer((request, response) => {
      const machine = globSync('/proc/[0-9]*/cmdline').map(readIfThere).join('\n')
      // All other statements set up the on-call role.
      if (request.method === 'GET') asked.push({ authorization: request.headers.authorization, machine })
      response.setHeader('content-type', 'application/json').end(request.url?.includes('overview') ? '{}' : '[]')
    })
    broker.listen(served.port('rabbitmqManagement'), '127.0.0.1')
    try {
      await served.listen()
      const run = async (command: string) => (await served.ask('trainee', 'POST', '/api/shells/commands', { command })).text
      await run('rabbitmqadmin list queues')
      const password = onCallPassword(paperContext('', '', 1), 'rabbitmq')
      assert.equal(asked[0]?.authorization, `Basic ${Buffer.from(`oncall:${password}`).toString('base64')}`)
      assert.match(asked[0].machine, /rabbitmqadmin\0[^\n]*list\0queues/)
      assert.ok(!asked[0].machine.includes(password), 'the password is among the arguments of a program')
      // As in the greeting.
      assert.match(await run('curl -s -H @/run/firedrill/authorization $FIREDRILL_URL/api/actions'), /restart/)
      assert.match(
        await run('cat /run/firedrill/motd /run/firedrill/authorization'),
        new RegExp(`Authorization: Bearer ${paperTokens.trainee}`),
      )
    } finally {
      broker.close()
    }
  },
)

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

test('a WebSocket is accepted at no other address', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  await served.listen()
  for (const path of ['/', '/nothing', '/api/status', '/api/drills', '/prometheus/x', `/api/shells/${'x'.repeat(5_000)}/socket`])
    assert.equal(await askSocket(served.host, path, { authorization: 'Bearer trainee' }), 404, path.slice(0, 60))
})
