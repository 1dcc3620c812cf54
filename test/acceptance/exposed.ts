import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { logSources } from '../../control/wiring.ts'
import type { Scenario } from '../../model/scenario.ts'
import { openTo } from '../../range/private.ts'
import { shopUserTrouble } from '../../range/shop-user.ts'
import { shopGroup, shopUserName, unprivilegedUser, type SystemUser } from '../../range/users.ts'
import { withEnvironment } from '../../range/targets/local/identity.ts'
import { credentialsOf, filesBelow, holdersOf, openedBy } from '../exposure.ts'
import { secretsOf, tells } from '../secrets.ts'
import { commandLines } from './spoilers.ts'
import { dir, state, target } from './test-range.ts'

/**
 * Fails if, by file modes, another user of the machine can read the range's files or the environment of its processes; or if arguments or logs
 * contain secrets.
 */
export function sweepForExposure(plan: Scenario): void {
  const own = withEnvironment({ FIREDRILL_RANGE: state.config().id })
  assert.ok(own.length > 15, `${own.length} processes`)
  assert.deepEqual(openTo(dir, { group: shopGroup() }), [], 'by their modes')
  assert.deepEqual(openedBy(own.map((pid) => `/proc/${pid}/environ`)) ?? [], [], 'by another user')

  // Every user of the machine can read the arguments of all processes.
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

/**
 * Fails if another user of the machine can open any file of the range, or the shop's own user any that is not the shop's. There are thousands of
 * files, so this takes some seconds.
 */
export function sweepFiles(): void {
  const files = filesBelow(dir)
  assert.deepEqual(openedBy(files) ?? [], [])
  const user = ownUser()
  const shops = /^(data\/(compiled|redis|rabbitmq)\/|config\/([a-z]+-proxy|rabbitmq)\/|config\/[a-z]+\/(clock|flags\.json)$)/
  if (user) assert.deepEqual(openedBy(files, user)?.filter((file) => !shops.test(path.relative(dir, file))) ?? [], [])
}

/** The user of the shop's components here; null if they run as the user who started the range. */
function ownUser(): SystemUser | null {
  return shopUserTrouble(target().context) === null ? unprivilegedUser(shopUserName) : null
}

/** Fails if a part of the shop runs as root, which started the range, or if the shop's user can inspect the monitoring. */
export function sweepForUsers(context: Pick<TestContext, 'skip'>): void {
  const user = ownUser()
  if (!user) return context.skip(shopUserTrouble(target().context) ?? 'the shop has no user of its own')
  const others: number[] = []
  for (const { name, role } of target().components) {
    const { pid = 0 } = state.run(name) ?? {}
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const isOfShop = ['service', 'mesh', 'datastore'].includes(role)
    if (!isOfShop) others.push(pid)
    const expected: number | undefined = !isOfShop ? process.getuid?.() : name === 'postgres' ? unprivilegedUser('postgres')?.uid : user.uid
    assert.equal(Number(uid), expected, name)
  }
  assert.ok(others.length > 5)
  assert.deepEqual(
    openedBy(
      others.map((pid) => `/proc/${pid}/environ`),
      user,
    ),
    [],
  )
}

/** Empty for a log that was rotated meanwhile, or has not begun. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
