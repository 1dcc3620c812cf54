import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { until as waitUntil } from '../model/until.ts'
import { portOffsets } from '../range/context.ts'
import { RangeState } from '../range/targets/local/state.ts'
import { Injector } from './injector.ts'
import { Ledger } from './ledger.ts'
import { ownPorts } from './replay/paper-context.ts'
import { openLocalRange, rangeOf } from './wiring.ts'

const deadlineMs = 60_000
const portBase = ownPorts()
const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-full-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const until = (what: string, holds: () => boolean | Promise<boolean>) => waitUntil(what, deadlineMs / 2, holds, 50)

/** Answers any request on one of the range's ports, and counts the requests. */
async function standIn(offset: number, status: number) {
  let asked = 0
  const server = http.createServer((_request, response) => {
    asked++
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(portBase + offset, '127.0.0.1', resolve))
  return {
    asked: () => asked,
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const alone = {
  /** Simulates a control plane that is unhealthy. */
  'the reaper': { program: 'reaper/main.ts', offset: portOffsets.control, isUp: (asked: number) => asked > 1 },
  'the control plane': { program: 'main.ts', offset: null, isUp: isListening },
}

async function isListening(): Promise<boolean> {
  const url = `http://127.0.0.1:${portBase + portOffsets.control}/health`
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}

for (const [name, { program, offset, isUp }] of Object.entries(alone))
  test(`${name} reverts a fault though it can write nothing, and records that when it can`, { timeout: deadlineMs * 2 }, async () => {
    const dir = path.join(folder, path.dirname(program).replace('.', 'control'))
    new RangeState(dir).configure({ portBase })
    using prometheus = await standIn(portOffsets.prometheus, 200)
    using control = offset === null ? null : await standIn(offset, 500)
    using ledger = new Ledger(dir)
    const target = openLocalRange(dir)
    const range = rangeOf(target)
    target.writeConfig('prometheus')
    const log = openSync(path.join(dir, 'control', 'output.log'), 'a', 0o600)
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, program)], {
      env: { ...process.env, FIREDRILL_DIR: dir },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    const told = () => readFileSync(path.join(dir, 'control', 'output.log'), 'utf8')
    const lives = () => assert.deepEqual([child.exitCode, child.signalCode], [null, null], told())
    try {
      await until(`${name} is up: ${told()}`, () => isUp(control?.asked() ?? 0))
      // From now on no file may grow, neither its ledger nor its log.
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=0:unlimited'])
      const { instance } = await new Injector(range, ledger).inject('alert-noise', {}, { forMs: 2_000, drill: null })
      assert.deepEqual(await range.monitoring.extraRules(), ['legacy'])
      const reloads = prometheus.asked()
      await until(`the rules are out: ${told()}`, async () => (await range.monitoring.extraRules()).length === 0)
      await until('Prometheus is told', () => prometheus.asked() > reloads)
      assert.equal(ledger.fault(instance)?.state, 'injected', 'it cannot be written down')
      lives()
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
      await until(`it is written down: ${told()}`, () => ledger.fault(instance)?.state === 'reverted')
      lives()
    } finally {
      child.kill('SIGKILL')
    }
  })
