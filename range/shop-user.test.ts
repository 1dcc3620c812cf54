import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { openLocalRange } from '../control/wiring.ts'
import { issueIdentity } from './mesh/identity.ts'
import { openTo } from './private.ts'
import { asOwnerOf, shopUserTrouble } from './shop-user.ts'
import { RangeState } from './targets/local/state.ts'
import { shopGroup, shopUserName, unprivilegedUser } from './users.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-shop-user-'))
const own = path.join(dir, 'range')
chmodSync(dir, 0o755)
const state = new RangeState(own)
// A proxy takes several, below the ports of outgoing connections.
state.configure({ portBase: 31_800 })
const target = openLocalRange(own)
const { root, binaries } = target.context
const user = unprivilegedUser(shopUserName)
const trouble = shopUserTrouble({ root, dir: own, binaries })
const skip = user && trouble === null ? false : (trouble ?? 'only root has a user for the shop')

after(async () => {
  await Promise.all([target.stop('redis'), target.stop('catalog-proxy')])
  target.sweep(new Set())
  rmSync(dir, { recursive: true, force: true })
})

const userOf = (pid: number): number => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
const asShop = (...command: string[]) =>
  spawnSync('setpriv', [`--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', ...command], { encoding: 'utf8' })

test(
  'what is of the shop runs as a user of its own, who owns its data, may read its configuration, and nothing else of the range',
  { skip },
  async () => {
    await Promise.all([target.start('redis'), target.start('catalog-proxy')])
    for (const name of ['redis', 'catalog-proxy'] as const) assert.equal(userOf(state.run(name)?.pid ?? 0), user?.uid, name)
    assert.equal(statSync(path.join(own, 'data', 'redis')).uid, user?.uid)
    const identity = path.join(own, 'config', 'catalog-proxy', 'sds-identity.json')
    await issueIdentity(target.context, 'catalog')
    assert.equal(asShop('cat', identity).stdout, readFileSync(identity, 'utf8'), 'one that was issued while it ran, too')
    assert.equal(asShop('sh', '-c', `echo no > ${identity}`).status, 2)
    assert.notEqual(statSync(identity).uid, user?.uid)
    assert.deepEqual(openTo(own, { group: shopGroup() }), [])
    for (const closed of ['range.json', 'mesh/ca-key.pem', 'run', 'logs', `logs/redis.log`])
      assert.match(asShop('cat', path.join(own, closed)).stderr, /Permission denied|Is a directory/, closed)
    assert.match(asShop('ls', own).stderr, /Permission denied/)
  },
)

test('after a restart, what belonged to root in an earlier version belongs to the shop’s user', { skip }, async () => {
  await target.stop('redis')
  const dump = path.join(own, 'data', 'redis', 'dump.rdb')
  rmSync(path.dirname(dump), { recursive: true })
  await target.start('redis')
  assert.equal(statSync(path.dirname(dump)).uid, user?.uid)
})

test('a link in what the shop’s user owns, or is given, gives access to nothing of root’s', { skip }, async () => {
  await target.stop('redis')
  const data = path.join(own, 'data', 'redis')
  const roots = path.join(dir, 'of-root')
  mkdirSync(roots, { recursive: true })
  const secret = path.join(roots, 'secret')
  writeFileSync(secret, 'none of theirs')
  const untouched = () => assert.deepEqual([statSync(secret).uid, statSync(roots).uid], [0, 0])
  symlinkSync(roots, path.join(data, 'planted'))
  symlinkSync(secret, path.join(data, 'planted-file'))
  await target.start('redis')
  untouched()
  await target.stop('redis')
  chownSync(data, 0, 0)
  linkSync(secret, path.join(data, 'another-name'))
  await target.start('redis')
  untouched()
  assert.deepEqual(
    asOwnerOf(data),
    { uid: user?.uid, gid: user?.gid },
    'whatever root runs for a component it runs as who may have left something there',
  )
})

test('sources that the shop’s user may not read are reported', { skip }, () => {
  const checkout = path.join(dir, 'checkout')
  const file = path.join(checkout, 'shop', 'gateway', 'main.ts')
  spawnSync('mkdir', ['-p', path.dirname(file)])
  for (let folder = path.dirname(file); folder !== dir; folder = path.dirname(folder)) chmodSync(folder, 0o755)
  writeFileSync(file, '')
  const told = shopUserTrouble({ root: checkout, dir: own, binaries }) ?? ''
  const [, command = ''] = /may not read \S+main\.ts: run '(.*)', or clone/.exec(told) ?? []
  assert.equal(spawnSync('sh', ['-c', command]).status, 0, told)
  assert.equal(shopUserTrouble({ root: checkout, dir: own, binaries }), null)
})

test('if root lacks a capability, as in a container, the shop runs as root, and the capability is reported', { skip }, () => {
  const asked = `import('${path.join(root, 'range/shop-user.ts')}').then(({ shopUserTrouble }) => console.log(shopUserTrouble({ root: '/', dir: '/tmp/range', binaries: {} })))`
  const told = (...without: string[]) => spawnSync('setpriv', [...without, binaries.node, '-e', asked], { encoding: 'utf8' }).stdout.trim()
  assert.equal(told(), 'null')
  assert.match(told('--bounding-set=-sys_ptrace,-kill'), /^root lacks CAP_KILL and CAP_SYS_PTRACE here/)
})

test('a closed parent folder is reported, and how to open it to nobody else', { skip }, () => {
  const closed = path.join(dir, 'closed')
  const within = path.join(closed, 'deep', 'range')
  spawnSync('mkdir', ['-p', '-m', '755', path.dirname(within)])
  for (const folder of [closed, path.dirname(within)]) chmodSync(folder, 0o755)
  assert.equal(shopUserTrouble({ root, dir: within, binaries }), null)
  chmodSync(closed, 0o700)
  const told = shopUserTrouble({ root, dir: within, binaries }) ?? ''
  const [, command = ''] = /may not enter \S+: run '(.*)', or keep/.exec(told) ?? []
  assert.ok(command.endsWith(closed), told)
  assert.equal(spawnSync('sh', ['-c', command]).status, 0)
  assert.equal(shopUserTrouble({ root, dir: within, binaries }), null)
  assert.equal(statSync(closed).mode & 0o777, 0o710)
})
