import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { kept } from './watching.ts'

/** A server that greets each connection and answers every line, until it is told to be silent. */
async function server() {
  let connections = 0
  let silent = false
  const open = new Set<net.Socket>()
  const listening = net.createServer((socket) => {
    connections++
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => {})
    socket.on('data', () => void (silent || socket.write('yes')))
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return {
    // Safe: it listens on a port.
    port: (listening.address() as net.AddressInfo).port,
    connections: () => connections,
    open: () => open.size,
    silence: (value: boolean) => void (silent = value),
    cut: () => open.forEach((socket) => socket.destroy()),
    close: () => new Promise<void>((resolve) => listening.close(() => resolve())),
  }
}

const connectionTo = (port: number, timeoutMs: number) =>
  kept(
    'the server',
    timeoutMs,
    (broken) =>
      new Promise<net.Socket>((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(socket))
        socket.on('error', reject).on('close', broken)
      }),
    async (socket) => void socket.destroy(),
  )
const ask = (socket: net.Socket) =>
  new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => resolve(String(bytes)))
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.write('well?')
  })

test('queries use one connection, even simultaneous ones', async () => {
  const there = await server()
  const connection = connectionTo(there.port, 1_000)
  try {
    for (let round = 0; round < 3; round++) assert.equal(await connection.use(ask), 'yes')
    const port = async (socket: net.Socket) => socket.localPort
    const [one, other] = await Promise.all([connection.use(port), connection.use(port)])
    assert.equal(one, other)
    assert.equal(there.connections(), 1)
  } finally {
    await connection.drop()
    await there.close()
  }
})

test('a connection that breaks between two queries is opened again', async () => {
  const there = await server()
  const connection = connectionTo(there.port, 1_000)
  try {
    let broken: Promise<void> | undefined
    await connection.use(async (socket) => void (broken = new Promise((resolve) => void socket.once('close', () => resolve()))))
    there.cut()
    await broken
    assert.equal(await connection.use(ask), 'yes')
    assert.equal(there.connections(), 2)
  } finally {
    await connection.drop()
    await there.close()
  }
})

test('a connection that does not answer in time is closed', async () => {
  const there = await server()
  const connection = connectionTo(there.port, 200)
  try {
    there.silence(true)
    await assert.rejects(connection.use(ask), { code: 'component-unreachable', message: /the server: no answer within 0.2 s/ })
    there.silence(false)
    assert.equal(await connection.use(ask), 'yes')
    assert.equal(there.connections(), 2)
    assert.equal(there.open(), 1)
  } finally {
    await connection.drop()
    await there.close()
  }
})

test('if nothing listens there is an error, and the next query connects when something does', async () => {
  const there = await server()
  const { port } = there
  await there.close()
  const connection = connectionTo(port, 1_000)
  await assert.rejects(connection.use(ask), { code: 'component-unreachable', message: /ECONNREFUSED/ })
  const listening = net.createServer((socket) => void socket.on('data', () => socket.write('yes')))
  await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve))
  try {
    assert.equal(await connection.use(ask), 'yes')
  } finally {
    await connection.drop()
    listening.close()
  }
})
