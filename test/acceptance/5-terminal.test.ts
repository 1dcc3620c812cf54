import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { jailTrouble } from '../../shell/possible.ts'
import { client, dir, ensureFree, firedrill, ok } from './test-range.ts'

const skip = (await jailTrouble()) ?? false
before(async () => {
  await ensureFree()
})

/** The output of a command in the shop's terminal; fails if the command does. */
const run = async (command: string): Promise<string> => ok(await firedrill(['shell', '--dir', dir, '--command', command]))

test('the settings of a service are a file, in a terminal', { skip }, async () => {
  const file = '/etc/shop/payments.env'
  const settings = async () =>
    (await client('instructor').post('/api/actions/:id', { id: 'list-settings', body: { params: { service: 'payments' } } })).rows
  assert.match(await run(`cat ${file}`), /sudoedit/)
  assert.match(await run(`sudo cat ${file}`), /^# Settings of payments/)
  assert.match(await run(`echo DB_POOL_MAX=5 | sudo tee ${file}`), /DB_POOL_MAX of payments: default → 5\npayments was restarted/)
  assert.deepEqual(await settings(), [{ key: 'DB_POOL_MAX', value: '5' }])
  const wrong = await firedrill(['shell', '--dir', dir, '--command', `echo DB_POOL=5 | sudo tee ${file}`])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stdout, /line 1: there is no setting 'DB_POOL'/)
  assert.match(await run(`EDITOR="sed -i s/=5/=7/" sudoedit ${file}`), /5 → 7/)
  assert.match(await run(`EDITOR=true sudo -e ${file}`), /nothing has changed/)
  assert.match((await firedrill(['shell', '--dir', dir, '--command', `sudo rm ${file}`])).stdout, /may not run rm on it: 'sudoedit/)
  await run(`EDITOR="sed -i /POOL_MAX=/d" sudoedit ${file}`)
  const policy = await run('sudo cat /etc/shop/mesh.yaml')
  assert.match(policy, /^kind: DestinationRule$/m)
  const editor = 'EDITOR="sed -i s/^kind:.*/kind:_Nothing/"'
  const broken = await firedrill(['shell', '--dir', dir, '--command', `${editor} sudoedit /etc/shop/mesh.yaml`])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /mesh\.yaml: .*line \d+/)
  assert.equal(await run('EDITOR=true sudoedit /etc/shop/mesh.yaml; sudo cat /etc/shop/mesh.yaml'), `nothing has changed\n${policy}`)
  assert.deepEqual(await settings(), [])
})

test('the feature flags are a file, in a terminal', { skip }, async () => {
  const file = '/etc/shop/flags.json'
  const before = await run(`sudo cat ${file}`)
  assert.match(before, /"page-size": \{/)
  const edit = (change: string) => `EDITOR="sed -i ${change}" sudoedit ${file}`
  assert.match(await run(edit('/defaultVariant/s/normal/large/')), /^page-size: normal → large$/m)
  const broken = await firedrill(['shell', '--dir', dir, '--command', edit('s/ENABLED/YES/')])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /flags\.page-size\.state: has to be ENABLED or DISABLED/)
  await client('instructor').post('/api/reset')
  assert.equal(await run(`sudo cat ${file}`), before)
})

test('the configuration of each datastore is a file, in a terminal', { skip }, async () => {
  const [changes, refused] = [
    {
      'postgresql.conf': "lock_timeout = '7s'",
      'redis.conf': 'timeout 300',
      'rabbitmq.conf': 'vm_memory_high_watermark.absolute = 390000000',
    },
    { 'postgresql.conf': 'work_mem = plenty', 'redis.conf': 'timeout soon', 'rabbitmq.conf': 'vm_memory_high_watermark.absolute = much' },
  ]
  const conf = async (file: string) =>
    (await run(`sudo cat /etc/shop/${file}`)).split('\n').filter((line) => !line.startsWith('#') && line !== '')
  for (const [file, line] of Object.entries(changes)) {
    assert.match(await run(`cat /etc/shop/${file}`), /sudoedit/)
    assert.deepEqual(await conf(file), [], file)
    assert.match(await run(`echo "${line}" | sudo tee /etc/shop/${file}`), /uses them now/)
    assert.deepEqual(await conf(file), [line.replaceAll("'", '')])
  }
  for (const [file, line] of Object.entries(refused)) {
    const answer = await firedrill(['shell', '--dir', dir, '--command', `echo "${line}" | sudo tee /etc/shop/${file}`])
    assert.equal(answer.code, 1, answer.stdout)
    assert.match(answer.stdout, /does not accept \S+ = (plenty|soon|much): /)
  }
  assert.equal((await run('psql -Atc "show lock_timeout"')).trim(), '7s')
  assert.match(await run('redis-cli config get timeout'), /300/)
  for (const file of Object.keys(changes)) {
    await run(`EDITOR="sed -i /^[a-z]/d" sudoedit /etc/shop/${file}`)
    assert.deepEqual(await conf(file), [], file)
  }
})
