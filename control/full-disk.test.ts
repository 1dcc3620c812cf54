import assert from 'node:assert/strict'
<<<<<<< HEAD
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { surviveFullDisk } from './full-disk.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-full-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const module = path.join(import.meta.dirname, 'full-disk.ts')

/** A process that writes to its log, one file, and then says by another whether it lives. */
function run(program: string, survives: boolean, log: string) {
  const said = path.join(dir, 'said')
  rmSync(said, { force: true })
  const out = openSync(log, 'a')
  const told = openSync(said, 'w')
  const source = `
    import { execFileSync } from 'node:child_process'
    import { writeSync } from 'node:fs'
    import { ${surviveFullDisk.name} as survive } from ${JSON.stringify(module)}
    ${survives ? 'survive()' : ''}
    ${program}
    setImmediate(() => setImmediate(() => writeSync(3, 'yes')))`
  const options = { stdio: ['ignore', out, out, told] as const, timeout: 30_000 }
  const { status, signal } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', source],
    { ...options, stdio: [...options.stdio] },
  )
  for (const file of [out, told]) closeSync(file)
  return { lives: readFileSync(said, 'utf8') === 'yes', ended: status ?? signal }
}

test('a process whose log is on a full disk goes on without what it could not write', () => {
  const program = "process.stdout.write('x'.repeat(100_000)); process.stderr.write('y')"
  assert.equal(run(program, false, '/dev/full').lives, false, 'by itself it would end')
  assert.deepEqual(run(program, true, '/dev/full'), { lives: true, ended: 0 })
})

test('a process whose files may not grow any more goes on without what it could not write', () => {
  const program = `
    execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=4'])
    process.stdout.write('x'.repeat(100)); process.stderr.write('y')`
  const log = path.join(dir, 'log')
  assert.equal(run(program, false, log).lives, false, 'by itself it would end')
  rmSync(log)
  // What it says of itself is no longer than four bytes.
  assert.deepEqual(run(program, true, log), { lives: true, ended: 0 })
  assert.equal(readFileSync(log, 'utf8'), 'xxxx')
})

test('while there is room, all that is written is there', () => {
  const log = path.join(dir, 'kept')
  assert.deepEqual(run("process.stdout.write('one\\n', () => process.stderr.write('two\\n'))", true, log), { lives: true, ended: 0 })
  assert.equal(readFileSync(log, 'utf8'), 'one\ntwo\n')
})
=======
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
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

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + deadlineMs / 2; !(await holds());) {
    assert.ok(Date.now() < giveUpAt, what)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Answers whatever it is asked on one of the range's ports, and counts how often that was. */
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
  /** Beside a control plane that is in a bad way. */
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
  test(`${name} takes out a fault though it can write nothing, and writes that down when it can`, { timeout: deadlineMs * 2 }, async () => {
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
      // No file may grow from now on: its ledger and its log alike.
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=0:unlimited'])
      const { instance } = await new Injector(range, ledger).inject('alert-noise', {}, { forMs: 100, drill: null })
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
>>>>>>> ac92ed0 (Test that a fault comes out on a full disk, of both processes)
