import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import type { LoadStatus } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { ok, run, type Outcome } from './test-range.ts'

/**
 * With `COMPOSE` (`docker compose` or `podman-compose`), and images that exist or can be built by it, the range runs in containers. It uses port 7400
 * of this machine.
 */
const { COMPOSE: compose = '' } = process.env
const [program = '', ...words] = compose.split(' ')
const composed = (...args: string[]): Promise<Outcome> =>
  run(program, [...words, '--file', path.join(projectRoot, 'deploy', 'compose', 'compose.yaml'), ...args], { timeoutMs: 1_200_000 })
const inside = (service: string, ...command: string[]): Promise<Outcome> => composed('exec', '-T', service, ...command)
const said = async (service: string, ...command: string[]): Promise<string> => ok(await inside(service, ...command)).trim()

describe('in containers', { skip: compose ? false : 'COMPOSE is not set' }, () => {
  before(async () => {
    process.env['FIREDRILL_LOAD_HOSTS'] = '1'
    ok(await composed('--profile', 'load', 'up', '--detach'))
  })
  after(async () => void (await composed('--profile', 'load', 'down', '--volumes')))

  test('the range becomes steady by itself', async () => {
    await until('the agent to be there', 120_000, async () => (await inside('control', 'firedrill', 'host', 'status')).code === 0)
    ok(await inside('control', 'firedrill', 'host', 'wait', '--seconds', '120'))
    assert.equal((await fetch('http://127.0.0.1:7400/')).status, 200)
  })

  test('users are spread over two containers', async () => {
    await until('the workers of the other one', 60_000, async () => {
      const { workers, state } = JSON.parse(await said('control', 'firedrill', 'load', 'status', '--json')) as LoadStatus
      return workers > 1 && state === 'running'
    })
  })

  test('no container is root, or can write where nothing is to be stored', async () => {
    for (const service of ['control', 'shop']) {
      assert.equal(await said(service, 'id', '-u'), '10001')
      assert.notEqual((await inside(service, 'touch', '/app/x')).code, 0)
      assert.match(await said(service, 'grep', 'CapEff', '/proc/self/status'), /0{16}$/)
      const bill = JSON.parse(await said(service, 'cat', '/usr/share/sbom/firedrill.cdx.json')) as { components: { name: string }[] }
      assert.ok(bill.components.some(({ name }) => name === (service === 'shop' ? 'postgresql-15' : 'prometheus')))
    }
  })

  test('login links are in no log', async () => {
    assert.ok(!ok(await composed('logs', 'control')).includes('login#token'))
    assert.match(await said('control', 'firedrill', 'open'), /login#token=/)
  })

  test('a scenario proves itself', async () => {
    const results = JSON.parse(await said('control', 'firedrill', 'verify', 'slow-shelves', '--json')) as { ok: boolean }[]
    assert.deepEqual(
      results.map((result) => result.ok),
      [true],
    )
  })

  test('a container that stops is restarted, and the range recovers', async () => {
    ok(await composed('restart', 'shop'))
    ok(await inside('control', 'firedrill', 'host', 'wait', '--seconds', '120'))
  })
})
