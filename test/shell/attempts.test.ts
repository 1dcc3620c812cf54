import assert from 'node:assert/strict'
import http from 'node:http'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { until } from '../../model/until.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { attempts } from './attempts.ts'
import { Jailed } from './jailed.ts'

const skip = (await jailTrouble()) ?? false
const checkout = path.join(import.meta.dirname, '..', '..')
const secret = http.createServer((_request, response) => response.end('secret service'))
const jailed = new Jailed()

before(() => new Promise<void>((resolve) => secret.listen(0, '127.0.0.1', resolve)))
after(async () => {
  secret.close()
  await jailed[Symbol.asyncDispose]()
})

test('the list is long enough to be meaningful', () => assert.ok(attempts.length >= 60, `${attempts.length} attempts`))

for (const { title, command, prints, never, asRoot } of attempts) {
  const own = asRoot && process.getuid?.() !== 0 && 'the first process is the session’s own here'
  test(`in a jail: ${title}`, { skip: skip || own || false }, async () => {
    const { port } = secret.address() as AddressInfo
    const settings = `CHECKOUT='${checkout}' RANGE='${jailed.dir}' HOSTPID=${process.pid} SECRETPORT=${port}`
    const { output } = await jailed.run(`export ${settings}; exec 2>&1; cd\n${command}`).catch(() => jailed.run('echo the shell had ended'))
    if (prints) assert.match(output, prints)
    if (never) assert.doesNotMatch(output, never)
  })
}

test('nothing is left of a session, not even a detached process', { skip }, async () => {
  await using own = new Jailed()
  const marker = `firedrill-marker-${process.pid}`
  await own.run(`cp /bin/sleep /tmp/${marker}; (setsid nohup /tmp/${marker} 1000 >/dev/null 2>&1 &); sleep 0.2`)
  assert.ok(running(marker), 'it runs meanwhile')
  await own.shells[Symbol.asyncDispose]()
  await until('what detached itself to die', 5_000, () => !running(marker), 50)
})

const running = (marker: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`/tmp/${marker}`)
    } catch {
      return false
    }
  })
