import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Machine } from '../../machine.ts'
import { RangeState } from '../local/state.ts'
import { fitUsers } from './fit-users.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-fit-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let ranges = 0
function watching(settings: { users?: number; usersByShop: boolean }) {
  const state = new RangeState(path.join(folder, String(++ranges)))
  state.configure(settings)
  const asked: number[] = []
  const load = { setUsers: async (users: number) => void asked.push(users) }
  const come = (machine: Machine | null) => fitUsers({ state, load, shop: { machine: async () => machine } })
  return { state, asked, come, load }
}
const busy: Machine = { cores: 2, speed: 1, share: 1, idle: 0.8 }

test('the shop’s host decides the number of users when it first connects', async () => {
  const { state, asked, come } = watching({ usersByShop: true })
  await come(busy)
  assert.deepEqual([state.config().users, asked], [15, [15]])
  await come({ ...busy, idle: 2 })
  assert.deepEqual([state.config().users, asked], [15, [15]])
})

test('a requested number stays', async () => {
  const { state, asked, come } = watching({ users: 40, usersByShop: false })
  await come(busy)
  assert.deepEqual([state.config().users, asked], [40, []])
})

test('a number that could not be sent to Locust is sent when the host connects again', async () => {
  const { state, asked, come, load } = watching({ usersByShop: true })
  const { setUsers } = load
  load.setUsers = async () => Promise.reject(new Error('Locust is not there yet'))
  await assert.rejects(come(busy), /not there yet/)
  load.setUsers = setUsers
  await come(busy)
  assert.deepEqual([state.config().users, asked], [15, [15]])
})

test('a host without a measurement changes nothing', async () => {
  const { state, asked, come } = watching({ usersByShop: true })
  await come(null)
  assert.deepEqual([state.config().users, asked, state.config().usersByShop], [30, [], true])
})
