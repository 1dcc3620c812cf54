import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import type { Range } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { admitOnCall, onCall, onCallPassword } from '../../shell/on-call.ts'
import { binarySources, findBinary } from '../binaries.ts'
import { portOffsets, type PortName, type RangeContext } from '../context.ts'
import { localDatabase } from '../targets/local/database.ts'
import { runAs, unprivilegedUser } from '../users.ts'
import { bootstrap, postgres, setRolePassword } from './postgres.ts'

const postgresBin = findBinary(binarySources('').find(({ binary }) => binary === 'postgresBin')!)
const asOther = unprivilegedUser('postgres') !== null

test('root with a umask that lets nobody in: the database is made all the same', { skip: postgresBin === null || !asOther }, async () => {
  const before = process.umask(0o077)
  const dir = mkdtempSync(path.join(tmpdir(), 'postgres-umask-'))
  const id = `umask-${process.pid}`
  try {
    for (const [what, folder] of Object.entries({
      'a folder of its own': path.join(dir, 'range'),
      'one that everybody may enter': tmpdir(),
    })) {
      const own = what === 'a folder of its own' ? folder : mkdtempSync(path.join(folder, 'postgres-open-'))
      // Safe: the database's files need no more of it.
      const context = {
        dir: own,
        listen: '127.0.0.1',
        binaries: { postgresBin },
        config: { id, passwords: { postgres: 'secret' } },
        port: (name: PortName) => 1_024 + portOffsets[name],
      } as unknown as RangeContext
      await postgres.prepare?.(context)
      const [, data = ''] = postgres.process(context).args
      assert.ok(existsSync(path.join(data, 'PG_VERSION')), what)
      rmSync(own, { recursive: true, force: true })
    }
  } finally {
    process.umask(before)
    rmSync(dir, { recursive: true, force: true })
    rmSync(path.join('/var/lib/firedrill', id), { recursive: true, force: true })
  }
})

test(
  'data of a range whose folder was deleted are made anew for the one that took its place, and only then',
  {
    skip: postgresBin === null || !asOther,
  },
  async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'postgres-owner-'))
    const id = `owner-${process.pid}`
    const made = async (password: string): Promise<string> => {
      const context = {
        dir: path.join(dir, 'range'),
        listen: '127.0.0.1',
        binaries: { postgresBin },
        config: { id, passwords: { postgres: password } },
        port: (name: PortName) => 1_024 + portOffsets[name],
      } as unknown as RangeContext
      await postgres.prepare?.(context)
      const [, data = ''] = postgres.process(context).args
      assert.ok(data.startsWith('/var/lib/firedrill/'), data)
      // A cluster of databases has a number of its own.
      return readFileSync(path.join(data, 'global', 'pg_control'))
        .subarray(0, 8)
        .toString('hex')
    }
    try {
      const first = await made('first')
      assert.equal(await made('first'), first)
      assert.notEqual(await made('second'), first)
    } finally {
      rmSync(dir, { recursive: true, force: true })
      rmSync(path.join('/var/lib/firedrill', id), { recursive: true, force: true })
    }
  },
)

test(
  'no password is in the log, however slow the statements that set them are',
  { skip: postgresBin === null || (process.getuid?.() === 0 && !asOther) },
  async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'postgres-log-'))
    const id = `log-${process.pid}`
    const port = await freePort()
    // Safe: the database needs no more of it.
    const context = {
      dir: path.join(dir, 'range'),
      listen: '127.0.0.1',
      binaries: { postgresBin },
      config: { id, passwords: { postgres: 'made-with-the-range', rabbitmq: 'of-the-broker' } },
      port: (name: PortName) => (name === 'postgres' ? port : 1),
      address: () => `127.0.0.1:${port}`,
    } as unknown as RangeContext
    await postgres.prepare?.(context)
    const { file, args } = postgres.process(context)
    // As if each statement took longer than what is logged.
    const server = spawn(
      file,
      [...args, '-c', 'log_min_duration_statement=0', '-c', 'logging_collector=off', '-c', 'log_destination=stderr'],
      {
        ...{ stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', env: {} },
        ...runAs(unprivilegedUser('postgres')),
      },
    )
    const exited = once(server, 'exit')
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
    const letsIn = async (user: string, password: string) => {
      const client = new pg.Client({ host: '127.0.0.1', port, database: 'shop', user, password })
      await client.connect()
      await client.end()
    }
    try {
      const readiness = postgres.readiness(context)
      await until('PostgreSQL', 60_000, () =>
        readiness.check(5_000).then(
          () => true,
          () => false,
        ),
      )
      await bootstrap(context)
      await setRolePassword(context, 'orders', 'rotated-by-somebody')
      await admitOnCall(context, { database: localDatabase(context) } as unknown as Range)

      await letsIn('catalog', 'made-with-the-range')
      await letsIn('orders', 'rotated-by-somebody')
      await letsIn(onCall, onCallPassword(context, 'postgres'))
      await assert.rejects(letsIn('orders', 'made-with-the-range'), /password authentication failed/)

      await until('the last statement in the log', 10_000, async () => log.includes(`alter role ${onCall} set search_path`))
      assert.match(log, /create role "catalog" login password/)
      for (const password of ['made-with-the-range', 'rotated-by-somebody', onCallPassword(context, 'postgres')])
        assert.ok(!log.includes(password), `the log has ${password}`)
    } finally {
      server.kill('SIGINT')
      await exited
      rmSync(dir, { recursive: true, force: true })
      rmSync(path.join('/var/lib/firedrill', id), { recursive: true, force: true })
    }
  },
)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Safe: it listens on a port.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
