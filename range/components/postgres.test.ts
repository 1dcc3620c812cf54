import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import type { Range } from '../../model/range.ts'
import { OwnPostgres, postgresBin } from '../../test/own-postgres.ts'
import { until } from '../../model/until.ts'
import { admitOnCall, onCall, onCallPassword } from '../../shell/on-call.ts'
import { portOffsets, type PortName, type RangeContext } from '../context.ts'
import { localDatabase } from '../targets/local/database.ts'
import { unprivilegedUser } from '../users.ts'
import { bootstrap, postgres, setRolePassword } from './postgres.ts'

const noPostgres = postgresBin === null && 'PostgreSQL is not installed'
/** Why the database cannot run as a user of its own; false if it can. */
const cannot = noPostgres || (unprivilegedUser('postgres') === null && 'only root can run it as another user')

test('root with a umask that gives no access: the database is created all the same', { skip: cannot }, async () => {
  const before = process.umask(0o077)
  const dir = mkdtempSync(path.join(tmpdir(), 'postgres-umask-'))
  const id = `umask-${process.pid}`
  try {
    for (const [what, folder] of Object.entries({
      'a folder of its own': path.join(dir, 'range'),
      'one that everybody may enter': tmpdir(),
    })) {
      const own = what === 'a folder of its own' ? folder : mkdtempSync(path.join(folder, 'postgres-open-'))
      // Safe: the database's files need only these.
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
    skip: cannot,
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
      // Each database cluster has an id.
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
  { skip: process.getuid?.() === 0 ? cannot : noPostgres },
  async () => {
    // As if every statement were slow enough to be logged.
    await using own = await OwnPostgres.start('log', ['log_min_duration_statement=0', 'logging_collector=off', 'log_destination=stderr'])
    const { context, port } = own
    const letsIn = async (user: string, password: string) => {
      const client = new pg.Client({ host: '127.0.0.1', port, database: 'shop', user, password })
      await client.connect()
      await client.query(`select 'let in: ${user}'`)
      await client.end()
    }
    await bootstrap(context)
    await setRolePassword(context, 'orders', 'rotated-by-somebody')
    await admitOnCall(context, { database: localDatabase(context) } as unknown as Range)

    await letsIn('catalog', 'made-with-the-range')
    await letsIn('orders', 'rotated-by-somebody')
    await letsIn(onCall, onCallPassword(context, 'postgres'))
    await assert.rejects(letsIn('orders', 'made-with-the-range'), /password authentication failed/)

    await until('the last statement in the log', 10_000, async () => own.log.includes(`let in: ${onCall}`))
    assert.doesNotMatch(own.log, /create role|alter role/, "an administrator's are in no log: trainees read it")
    for (const password of ['made-with-the-range', 'rotated-by-somebody', onCallPassword(context, 'postgres')])
      assert.ok(!own.log.includes(password), `the log has ${password}`)
  },
)
