import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Gate } from './gate.ts'
import { targets } from './places.ts'

test('a connection to a datastore waits until the on-call role exists there, and no other does', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-gate-'))
  const far = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await new Promise((resolve) => far.once('listening', resolve))
  const { port } = far.address() as AddressInfo
  const admitted = Promise.withResolvers<void>()
  const gate = await Gate.open({
    socket: path.join(folder, 'net'),
    targets: targets(),
    portOf: () => port,
    control: { port, token: '' },
    onReport() {},
    operate: (socket) => socket.destroy(),
    admitted: admitted.promise,
  })
  const ask = async (name: string) => {
    const socket = net.connect(path.join(folder, 'net'))
    socket.write(`${name}\n`)
    let heard = ''
    for await (const bytes of socket) heard += String(bytes)
    return heard
  }
  const waiting = ask('postgres')
  let answered = false
  void waiting.then(() => (answered = true))
  // It was requested later, but is answered.
  assert.equal(await ask('redis'), 'hello')
  assert.equal(answered, false)
  admitted.resolve()
  assert.equal(await waiting, 'hello')
  gate.close()
  far.close()
  rmSync(folder, { recursive: true })
})
