import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { surviveFullDisk } from './full-disk.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-full-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const module = path.join(import.meta.dirname, 'full-disk.ts')

/** A process that writes to its log, a file, and then reports in another file that it is alive. */
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

test('a process whose log is on a full disk continues without what it could not write', () => {
  const program = "process.stdout.write('x'.repeat(100_000)); process.stderr.write('y')"
  assert.equal(run(program, false, '/dev/full').lives, false, 'by itself it would end')
  assert.deepEqual(run(program, true, '/dev/full'), { lives: true, ended: 0 })
})

test('a process whose files may not grow continues without what it could not write', () => {
  const program = `
    execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=4'])
    process.stdout.write('x'.repeat(100)); process.stderr.write('y')`
  const log = path.join(dir, 'log')
  assert.equal(run(program, false, log).lives, false, 'by itself it would end')
  rmSync(log)
  // Its report is at most four bytes long.
  assert.deepEqual(run(program, true, log), { lives: true, ended: 0 })
  assert.equal(readFileSync(log, 'utf8'), 'xxxx')
})

test('while there is room, everything is written', () => {
  const log = path.join(dir, 'kept')
  assert.deepEqual(run("process.stdout.write('one\\n', () => process.stderr.write('two\\n'))", true, log), { lives: true, ended: 0 })
  assert.equal(readFileSync(log, 'utf8'), 'one\ntwo\n')
})
