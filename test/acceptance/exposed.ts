import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { logSources } from '../../control/wiring.ts'
import type { Scenario } from '../../model/scenario.ts'
import { openTo } from '../../range/private.ts'
import { withEnvironment } from '../../range/targets/local/identity.ts'
import { credentialsOf, filesBelow, holdersOf, openedByNobody } from '../exposure.ts'
import { secretsOf, tells } from '../secrets.ts'
import { commandLines } from './spoilers.ts'
import { dir, state, target } from './test-range.ts'

/** Fails when another user of the machine can read what the range keeps, as far as modes tell, or the environment of its processes; and when arguments or logs hold what nobody is to read there. */
export function sweepForExposure(plan: Scenario): void {
  const own = withEnvironment({ FIREDRILL_RANGE: state.config().id })
  assert.ok(own.length > 15, `${own.length} processes`)
  assert.deepEqual(openTo(dir), [], 'by their modes')
  assert.deepEqual(openedByNobody(own.map((pid) => `/proc/${pid}/environ`)) ?? [], [], 'by another user')

  // Arguments are for every user of the machine to read, whoever's process it is.
  const lines = commandLines()
  const ownLines = lines.filter(([pid]) => own.includes(pid))
  assert.ok(ownLines.length > 15, `${ownLines.length} processes`)
  const told = ownLines.flatMap(([pid, text]) =>
    [plan.id, ...secretsOf(plan)].filter((secret) => tells(text, secret)).map((secret) => `the arguments of ${pid}: ${secret}`),
  )
  assert.deepEqual(told, [])
  const logs = new Set([...logSources(target().context).map(({ file }) => file), ...filesBelow(`${dir}/logs`)])
  const texts: [string, string][] = [
    ...lines.map(([pid, text]): [string, string] => [`the arguments of ${pid}`, text]),
    ...[...logs].map((file): [string, string] => [file, textOf(file)]),
  ]
  assert.ok(texts.some(([place, text]) => place.endsWith('.log') && text.length > 0))
  assert.deepEqual(holdersOf(texts, credentialsOf(state.config())), [])
}

/** Fails when another user of the machine can open any file that the range keeps. It has thousands: this takes some seconds. */
export const sweepFiles = (): void => assert.deepEqual(openedByNobody(filesBelow(dir)) ?? [], [])

/** Of a log that has been rotated meanwhile, or that has not begun, nothing. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
