import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { proxyNames } from '../../model/components.ts'
import { until } from '../../model/until.ts'
import { portOffsets } from '../../range/context.ts'
import { withEnvironment } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { dir, firedrill, json, portBase, run, up, type UpReport } from './test-range.ts'

const promised = [
  'gateway',
  'catalog',
  'inventory',
  'orders',
  'payments',
  'fulfilment',
  'postgres',
  'redis',
  'rabbitmq',
  ...proxyNames,
  'prometheus',
  'alertmanager',
  'telemetry-store',
  'locust',
  'control',
]

/** Environment variables that people have set for other programs. */
const { HOME: _, ...withoutHome } = process.env
const strange = {
  ...withoutHome,
  LANG: 'C',
  LC_ALL: 'C',
  TZ: 'Pacific/Kiritimati',
  HTTP_PROXY: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  NO_PROXY: '',
  NODE_OPTIONS: '--max-http-header-size=1 --require=/not/there.js',
  PYTHONPATH: '/not/there',
  PIP_USER: '1',
  npm_config_omit: 'optional',
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

describe('starting a range', () => {
  let report: UpReport
  before(async () => {
    await firedrill(['down', '--purge', '--dir', dir])
    report = await up()
  })

  test('up starts every component and gives login links', async () => {
    assert.equal(report.ok, true)
    for (const name of promised)
      assert.ok(
        report.components.some((component) => component.name === name && component.outcome === 'started'),
        name,
      )
    const page = await fetch(report.links.trainee, { headers: { accept: 'text/html' } })
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<div id="root">/)
    assert.match(report.links.trainee, /#token=\S{16,}/)
  })

  test('a second up changes nothing', async () => {
    const again = await up()
    assert.deepEqual(
      again.components.filter((component) => component.outcome !== 'already').map((component) => component.name),
      [],
    )
  })

  test('status shows the promised fields of each component', async () => {
    const status = await json<Record<string, unknown>[]>('status')
    for (const name of promised) {
      const found = status.find((component) => component['name'] === name)
      assert.ok(found, name)
      assert.equal(found['healthy'], true)
      assert.equal(found['state'], 'running')
      assert.ok(Number(found['pid']) > 1)
      assert.ok(Number(found['memoryBytes']) > 1024 * 1024, name)
      assert.ok(Object.keys(found['ports'] as object).length > 0, name)
    }
  })

  test('doctor finds nothing missing', async () => {
    const { code } = await firedrill(['doctor', '--json', '--dir', dir])
    assert.equal(code, 0)
  })

  test('changed settings of a running range are refused', async () => {
    const { code, stderr } = await firedrill(['up', '--dir', dir, '--port-base', String(portBase + 4_000)])
    assert.equal(code, 1)
    assert.match(stderr, /runs with other settings \(portBase\)/)
  })

  describe('beside a second range', () => {
    const otherDir = path.join(projectRoot, '.cache', 'Übung zwei')
    const otherBase = 28_400
    const others = ['--dir', otherDir, '--port-base', String(otherBase)]
    after(() => firedrill(['down', '--purge', '--dir', otherDir]))

    test('a busy port is reported in one line', async () => {
      const { code, stderr } = await firedrill(['up', '--dir', otherDir, '--port-base', String(portBase)])
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^firedrill: port \d+ \([^)]+\) is taken by [^,]+, [^,]+, [^,]+, and \d+ more of the range's ports: stop that, or move the range with --port-base \d+, where every port is free$/m,
      )
      await firedrill(['down', '--purge', '--dir', otherDir])
    })

    test('a wrong pack is refused with its reason, and nothing is started', async () => {
      const { code, stderr } = await firedrill(['up', ...others, '--pack', path.join(projectRoot, 'docs')])
      assert.equal(code, 1)
      assert.match(stderr, /docs: it is no pack: none of its \d+ files belongs in one/)
      assert.equal(new RangeState(otherDir).run('supervisor'), null)
    })

    test('a range whose start was killed comes up when it is started again, whatever the environment', async () => {
      const killed = spawn(path.join(projectRoot, 'firedrill'), ['up', ...others], { stdio: ['ignore', 'pipe', 'inherit'], env: strange })
      const ended = once(killed, 'exit')
      for await (const line of createInterface({ input: killed.stdout })) if (line.startsWith('✓')) killed.kill('SIGKILL')
      assert.deepEqual(await ended, [null, 'SIGKILL'])
      // A pack that was damaged since it was installed is left out.
      mkdirSync(path.join(otherDir, 'packs'))
      writeFileSync(path.join(otherDir, 'packs', 'damaged'), '')
      const again = await run(
        'sh',
        ['-c', 'umask 077 && exec "$@"', 'sh', path.join(projectRoot, 'firedrill'), 'up', ...others, '--json'],
        {
          env: strange,
        },
      )
      assert.equal(again.code, 0, again.stderr)
      const outcomes = (JSON.parse(again.stdout) as UpReport).components.map(({ outcome }) => outcome)
      assert.ok(outcomes.includes('already') && outcomes.includes('started'), outcomes.join(' '))
    })

    test('two ranges run side by side, and down leaves nothing of the one', async () => {
      // On a small machine with two ranges, answers take longer than a status waits for them until both have warmed up.
      await until('both to be healthy', 120_000, async () => {
        const both = await Promise.all([dir, otherDir].map((folder) => firedrill(['status', '--dir', folder, '--json'])))
        return both.every(({ code }) => code === 0)
      })
      const { id } = new RangeState(otherDir).config()
      assert.ok(withEnvironment({ FIREDRILL_RANGE: id }).length > 10)

      const down = await firedrill(['down', '--dir', otherDir])
      assert.equal(down.code, 0, down.stderr)
      assert.deepEqual(withEnvironment({ FIREDRILL_RANGE: id }), [])
      for (const [name, offset] of Object.entries(portOffsets)) assert.ok(await isFree(otherBase + offset), `${name} is still open`)
      await until('the first to be healthy', 60_000, async () => (await firedrill(['status', '--dir', dir])).code === 0)
    })
  })
})

describe('the command line', () => {
  test('silences are added, listed and expired', async () => {
    const added = await json<{ silenceID: string }>('silence', 'add', '--match', 'alertname=Nothing', '--for', '5m', '--comment', 'a test')
    const list = async () =>
      (await json<{ id: string; status: { state: string } }[]>('silence', 'list')).find((silence) => silence.id === added.silenceID)
    assert.equal((await list())?.status.state, 'active')
    await json('silence', 'expire', added.silenceID)
    assert.notEqual((await list())?.status.state, 'active')
  })

  test('load is set and shown', async () => {
    const before = await json<{ users: number }>('load', 'status')
    await json('load', 'set', '--users', '12')
    assert.equal((await json<{ users: number }>('load', 'status')).users, 12)
    await json('load', 'set', '--users', '0')
    assert.equal((await json<{ users: number }>('load', 'status')).users, 0)
    await json('load', 'set', '--users', String(before.users))
  })
})
