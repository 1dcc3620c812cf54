import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import net from 'node:net'
import { test } from 'node:test'
import { Refused, type ShopSeen } from './command.ts'
import { df } from './df.ts'
import { kill } from './kill.ts'
import { lsof } from './lsof.ts'
import { ps } from './ps.ts'
import { rabbitmqctl } from './rabbitmqctl.ts'
import { programOf } from './registry.ts'
import { serveOperator } from './serve.ts'
import { ss } from './ss.ts'
import { strace } from './strace.ts'

const broker = { file: '/usr/lib/rabbitmq/bin/rabbitmqctl', env: { RABBITMQ_NODENAME: 'shop' } }
const shop: ShopSeen = { pids: [101, 102], ports: new Set([7_400]), disks: ['/data/postgres', '/data/journal'], broker }
const words = (line: string) => line.split(' ')

test('commands are limited to the shop’s processes', () => {
  const become: [{ plan: typeof ps.plan; program: string }, string, string][] = [
    [ps, 'aux', 'u -p 101,102'],
    [ps, '-ef --forest', '-f --forest -p 101,102'],
    [ps, '-eo pid,ppid,etime,args --sort -pcpu', '-o pid,ppid,etime,args --sort -pcpu -p 101,102'],
    [ps, '-p 102 -f', '-f -p 102'],
    [kill, '101', '-TERM -- 101'],
    [kill, '-9 101 102', '-KILL -- 101 102'],
    [kill, '-s HUP 101', '-HUP -- 101'],
    [kill, '-SIGSTOP 101', '-STOP -- 101'],
    [lsof, '-nP -i :5432', '-w -a -p 101,102 -nP -i:5432'],
    [lsof, '+L1', '-w -a -p 101,102 +L1'],
    [lsof, '-p 101', '-w -a -p 101'],
    [df, '-h', '-h -- /data/postgres /data/journal'],
    [df, '-hT -i', '-hT -i -- /data/postgres /data/journal'],
    [ps, 'axo pid,comm', '-o pid,comm -p 101,102'],
    [lsof, '-nP -iTCP -sTCP:LISTEN', '-w -a -p 101,102 -nP -iTCP -sTCP:LISTEN'],
    [ss, '-ltnp', '-t -p -O -ltnp'],
    [ss, '-tn state established ( dport = :5432 )', '-t -p -O -tn state established ( dport = :5432 )'],
    [strace, '-f -c -p 101', '-f -c -s 0 -p 101'],
    [rabbitmqctl, 'list_queues name messages_ready', 'list_queues name messages_ready'],
    [rabbitmqctl, '-q list_queues -p / --formatter=json name', '-q -p/ --formatter=json list_queues name'],
    [strace, '-p 102 -e trace=%network', '-e trace=%network -s 0 -p 102'],
  ]
  for (const [command, line, args] of become)
    assert.equal(command.plan(words(line), shop).args.join(' '), args, `${command.program} ${line}`)
})

test('processes that are not the shop’s are refused', () => {
  const refused: [{ plan: typeof ps.plan; program: string }, string][] = [
    [ps, 'auxe'],
    [df, '/root'],
    [df, '-h /root'],
    [df, '--output=target'],
    [rabbitmqctl, ''],
    [rabbitmqctl, 'stop'],
    [rabbitmqctl, 'purge_queue orders'],
    [rabbitmqctl, 'eval node().'],
    [rabbitmqctl, 'list_queues name;stop'],
    [rabbitmqctl, '-n other list_queues'],
    [rabbitmqctl, 'list_queues --formatter=../x'],
    [rabbitmqctl, 'environment'],
    [ps, '-p 1'],
    [ps, '-eo environ'],
    [ps, '-eo pid,env'],
    [kill, ''],
    [kill, '-9 1'],
    [kill, '-9 -1'],
    [kill, '-9 -101'],
    [kill, '-9 101 1'],
    [kill, '0'],
    [kill, '-l'],
    [kill, '-NOSUCH 101'],
    [lsof, '/etc/shadow'],
    [lsof, '-p 1'],
    [lsof, '-p ^101'],
    [lsof, '-D b/tmp/x'],
    [lsof, '+D /root'],
    [ss, '-K dport = :5432'],
    [ss, '-tnD /tmp/x'],
    [ss, '-tn -F /etc/shadow'],
    [ss, '-N other'],
    [strace, 'cat /etc/shadow'],
    [strace, '-p 1'],
    [strace, '-p 101 -s 4096'],
    [strace, '-p 101 -o /tmp/x'],
    [strace, '-p 101 -e write=3'],
    [strace, '-p 101 -e inject=all:error=EIO'],
    [strace, '-c'],
  ]
  for (const [command, line] of refused)
    assert.throws(() => command.plan(words(line).filter(Boolean), shop), Refused, `${command.program} ${line}`)
})

test('sockets of others are left out', () => {
  const { line } = ss.plan(['-tnp'], shop)
  const shown = [
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    'ESTAB 0 0 127.0.0.1:7400 127.0.0.1:50000 users:(("node",pid=101,fd=20))',
    'ESTAB 0 0 127.0.0.1:50000 127.0.0.1:7400 users:(("node",pid=1,fd=20))',
    'ESTAB 0 0 127.0.0.1:22 127.0.0.1:50000 users:(("sshd",pid=1,fd=20),("node",pid=101,fd=20))',
    'TIME-WAIT 0 0 127.0.0.1:50001 127.0.0.1:7400',
    'TIME-WAIT 0 0 127.0.0.1:50001 127.0.0.1:443',
  ].map((text, index) => line?.(text, index) !== null)
  assert.deepEqual(shown, [true, true, false, false, true, false])
  const { line: short } = ss.plan(['-tn'], shop)
  assert.equal(
    short?.('ESTAB 0 0 127.0.0.1:7400 127.0.0.1:50000 users:(("node",pid=101,fd=20))', 1),
    'ESTAB 0 0 127.0.0.1:7400 127.0.0.1:50000',
  )
})

/** The output of a jail's `sudo`. */
async function operate(args: string[], seen: ShopSeen, interruptAfter?: RegExp): Promise<{ out: string; err: string; status: number }> {
  const server = net.createServer((socket) => serveOperator(socket, () => seen))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  socket.write(`${args.map((word) => `${Buffer.from(word).toString('hex')}\n`).join('')}\n`)
  const told = { out: '', err: '', status: -1 }
  let heard = Buffer.alloc(0)
  for await (const bytes of socket) {
    heard = Buffer.concat([heard, bytes as Buffer])
    while (heard.length >= 5 && heard.length >= 5 + heard.readUInt32BE(1)) {
      const text = heard.subarray(5, 5 + heard.readUInt32BE(1)).toString()
      const kind = heard.toString('latin1', 0, 1)
      if (kind === 'o') told.out += text
      else if (kind === 'e') told.err += text
      else told.status = Number(text)
      heard = heard.subarray(5 + heard.readUInt32BE(1))
      if (interruptAfter?.test(told.err + told.out)) socket.write('INT\n')
    }
  }
  server.close()
  return told
}

const missing = ['ps', 'kill'].filter((name) => programOf(name) === null)
test(
  'commands run for real, and end as they end',
  { skip: missing.length > 0 && `this machine has no ${missing.join(', ')}` },
  async () => {
    const child = spawn('sleep', ['1000'])
    const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)))
    const seen = { pids: [child.pid ?? 0], ports: new Set<number>(), disks: [] }
    assert.match((await operate(['ps', '-ef'], seen)).out, /sleep 1000/)
    assert.doesNotMatch((await operate(['ps', '-ef'], seen)).out, /node/)
    const other = await operate(['kill', '-9', '1'], seen)
    assert.match(other.err, /1 is no process of the shop/)
    assert.equal(other.status, 1)
    assert.equal((await operate(['kill', '-9', String(child.pid)], seen)).status, 0)
    assert.equal(await ended, 'SIGKILL')
    assert.match((await operate(['bash'], seen)).err, /may not run bash/)
    assert.match((await operate(['-l'], seen)).out, /sudo kill/)
    assert.equal((await operate(['ps', 'aux'], { pids: [], ports: new Set(), disks: [] })).status, 1)
  },
)

/** Whether a running process may be traced here. */
const traced = (() => {
  const child = spawn('sleep', ['10'])
  const { stderr } = spawnSync('timeout', ['--signal=INT', '1', programOf('strace') ?? 'false', '-c', '-p', String(child.pid)], {
    encoding: 'utf8',
  })
  child.kill('SIGKILL')
  return /attached/.test(stderr)
})()
test('a trace continues until Ctrl C, and shows no data that is written', { skip: !traced && 'strace cannot trace here' }, async () => {
  const child = spawn('bash', ['-c', 'while sleep 0.05; do echo a-password; done'], { stdio: ['ignore', 'ignore', 'ignore'] })
  const { out, err } = await operate(
    ['strace', '-p', String(child.pid)],
    { pids: [child.pid ?? 0], ports: new Set(), disks: [] },
    /write\(1/,
  )
  child.kill('SIGKILL')
  assert.match(err + out, /write\(1, ""\.\.\./)
  assert.doesNotMatch(err + out, /a-password/)
})

test('the broker’s program finds it by its environment, and is missing if the broker is elsewhere', async () => {
  const printed = await operate(['rabbitmqctl', 'list_queues'], {
    ...shop,
    broker: { file: process.execPath, env: { NODE_OPTIONS: '--title=other', RABBITMQ_NODENAME: 'shop' } },
  })
  // The stand-in here takes the command for a script of its own.
  assert.match(printed.err, /Cannot find module '\/list_queues'/)
  const none = await operate(['rabbitmqctl', 'list_queues'], { pids: [], ports: new Set(), disks: [] })
  assert.deepEqual([none.status, none.err], [1, 'sudo: RabbitMQ is not on this machine\n'])
  const gone = await operate(['rabbitmqctl', 'status'], { ...shop, broker: { file: '/nowhere/rabbitmqctl', env: {} } })
  assert.match(gone.err, /this machine has no rabbitmqctl/)
})
