import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, afterEach, test } from 'node:test'
import { FiredrillError } from '../../../model/errors.ts'
import { portOffsets } from '../../context.ts'
import { portsOf, requireFreePorts } from './ports.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'ports-'))
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})
after(() => rmSync(dir, { recursive: true }))

/** A base whose ports are all free now: those that the kernel assigns are higher. */
async function freeBase(): Promise<number> {
  for (let base = 20_000 + (process.pid % 100) * 100; ; base += 100) {
    const error = await requireFreePorts({ portBase: base, role: 'all', rangeId: 'none' }).catch((thrown: unknown) => thrown)
    if (error === undefined) return base
  }
}

/** Another program that has these ports, with a secret among its arguments. */
async function take(ports: number[], env: Record<string, string> = {}): Promise<number> {
  const script = path.join(dir, 'squatter.mjs')
  writeFileSync(
    script,
    `import net from 'node:net'
     for (const port of process.argv[3].split(',')) await new Promise((done) => net.createServer().listen(+port, '127.0.0.1', done))
     console.log('listens')`,
  )
  const child = spawn(process.execPath, [script, '--password=secret', String(ports)], { stdio: ['ignore', 'pipe', 'inherit'], env })
  children.push(child)
  await once(child.stdout!, 'data')
  return child.pid ?? 0
}
const refusal = async (portBase: number, rangeId = 'this-range'): Promise<string> => {
  const startedAt = Date.now()
  const error = await requireFreePorts({ portBase, role: 'all', rangeId }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof FiredrillError && error.code === 'port-busy', String(error))
  // In the first second, on an idle machine.
  assert.ok(Date.now() - startedAt < 3_000)
  return error.message
}

test('every port that a range could use is known with its use', () => {
  const known = new Set((['all', 'observability'] as const).flatMap((role) => portsOf(0, role).map(({ port }) => port)))
  for (const [name, offset] of Object.entries(portOffsets)) assert.ok(known.has(offset), name)
})

test('a port in the middle of a range that another program has: which, what for, who, and where there is room', async () => {
  const base = await freeBase()
  const pid = await take([base + portOffsets.erlang])
  const message = await refusal(base)
  const where = /--port-base (\d+), where every port is free$/.exec(message)?.[1]
  assert.equal(
    message,
    `port ${base + 15} (RabbitMQ, distribution) is taken by node squatter.mjs (process ${pid}): stop that, or move the range with --port-base ${where}, where every port is free`,
  )
  await requireFreePorts({ portBase: Number(where), role: 'all', rangeId: 'this-range' })
})

test('several are reported together', async () => {
  const base = await freeBase()
  await take([portOffsets.epmd, portOffsets['payments-admin'], portOffsets.canary].map((offset) => base + offset))
  const message = await refusal(base)
  for (const offset of [portOffsets.epmd, portOffsets['payments-admin'], portOffsets.canary])
    assert.ok(message.includes(String(base + offset)), message)
})

test('of very many, three are named, with the number of others', async () => {
  const base = await freeBase()
  const names = ['gateway', 'catalog', 'inventory', 'orders', 'redis'] as const
  await take(names.map((name) => base + portOffsets[name]))
  assert.match(await refusal(base), / is taken by [^,]+, \d+ [^,]+, \d+ [^,]+, and 2 more of the range's ports: stop that/)
})

test('processes of the same range, and their children, do not count as other programs', async () => {
  const base = await freeBase()
  await take([base + portOffsets.redis], { FIREDRILL_RANGE: 'this-range' })
  await requireFreePorts({ portBase: base, role: 'all', rangeId: 'this-range' })
  assert.match(await refusal(base, 'another-range'), /\(Redis\)/)
})

// In a container, root may not inspect processes of another user: the database has a user of its own.
test('a holder that cannot be inspected belongs to the range if its component runs, and to another program otherwise', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can start a program of another user')
  const base = await freeBase()
  const port = base + portOffsets.postgres
  // A program of the system: those in the checkout may be readable only by their owner.
  const other = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    uid: 65_534,
    gid: 65_534,
  })
  children.push(other)
  for await (const line of createInterface(other.stdout)) if (line.includes('Ready to accept connections')) break

  const look = `import { requireFreePorts } from ${JSON.stringify(path.join(import.meta.dirname, 'ports.ts'))}
    const runs = (name) => process.argv[1] === name
    const error = await requireFreePorts({ portBase: ${base}, role: 'all', rangeId: 'this-range', runs }).catch((thrown) => thrown)
    console.log(error === undefined ? 'free' : error.message)`
  const blind = (runs: string): string =>
    execFileSync(
      'setpriv',
      ['--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace', process.execPath, '--input-type=module', '-e', look, runs],
      { encoding: 'utf8' },
    )
  assert.equal(blind('postgres'), 'free\n')
  assert.match(blind('redis'), /^port \d+ \(PostgreSQL\) is taken by a program of another user /)
})

test('a program that is about to exit is waited for', async () => {
  const base = await freeBase()
  const server = net.createServer().listen(base + portOffsets.redis, '127.0.0.1')
  await once(server, 'listening')
  let isFree = false
  const free = requireFreePorts({ portBase: base, role: 'all', rangeId: 'this-range' }).then(() => (isFree = true))
  setTimeout(() => {
    assert.equal(isFree, false, 'it waits while the port is taken')
    server.close()
  }, 150)
  await free
  assert.equal(server.listening, false)
})

test('a folder for one host’s role needs fewer ports', () => {
  assert.ok(portsOf(0, 'shop').length < portsOf(0, 'all').length)
  assert.ok(!portsOf(0, 'shop').some(({ port }) => port === portOffsets.prometheus))
})

test('a connection with a port assigned by the kernel is waited for, and told apart from a listener', async () => {
  const base = await freeBase()
  const server = net.createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  // Node would bind it as shared; the kernel's own choice is not.
  const program = `import socket, struct, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.bind(('127.0.0.1', ${base + portOffsets.redis})); s.connect(('127.0.0.1', ${port})); print('connected', flush=True); time.sleep(60)`
  const connection = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(connection.stdout, 'data')
  const startedAt = Date.now()
  const free = requireFreePorts({ portBase: base, role: 'all', rangeId: 'this-range' })
  // Longer than a listener is waited for.
  setTimeout(() => connection.kill('SIGKILL'), 1_500)
  await free
  server.close()
  assert.ok(Date.now() - startedAt >= 1_400)
})
