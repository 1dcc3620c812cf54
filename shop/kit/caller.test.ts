import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { fastify } from 'fastify'
import { forEveryone, rememberCallers, requireCaller } from './caller.ts'

const app = fastify()
rememberCallers(app)
app.addHook('onRequest', (_request, reply, next) => {
  reply.raw.once('close', () => left.resolve())
  next()
})

/** The steps that a request has done, and its error. */
const done: string[] = []
/** Lets the steps of a request continue, one after another. */
let goOn = Promise.withResolvers<void>()
let began = Promise.withResolvers<void>()
let ended = Promise.withResolvers<void>()
let left = Promise.withResolvers<void>()

async function steps(require: () => void): Promise<string> {
  began.resolve()
  await goOn.promise
  try {
    require()
    done.push('went on')
    return 'answer'
  } catch (error) {
    done.push(error instanceof Error && 'code' in error ? String(error.code) : 'failed')
    throw error
  } finally {
    ended.resolve()
  }
}
app.get('/read', () => steps(requireCaller))
app.post('/change', () => steps(requireCaller))
app.get('/shared', () => forEveryone(() => steps(requireCaller)))
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
after(() => app.close())

/** Sends a request, and disconnects while it is being handled; resolves when the handler has ended. */
async function askAndLeave(method: string, path: string): Promise<string[]> {
  done.length = 0
  began = Promise.withResolvers()
  goOn = Promise.withResolvers()
  ended = Promise.withResolvers()
  left = Promise.withResolvers()
  const request = http.request({ port, method, path, host: '127.0.0.1' })
  request.on('error', () => {})
  request.end()
  await began.promise
  request.destroy()
  await left.promise
  goOn.resolve()
  await ended.promise
  return [...done]
}

test('a read that nobody waits for any more is stopped', async () => {
  assert.deepEqual(await askAndLeave('GET', '/read'), ['caller-gone'])
})

test('a change is completed, and so is a read that others wait for', async () => {
  assert.deepEqual(await askAndLeave('POST', '/change'), ['went on'])
  assert.deepEqual(await askAndLeave('GET', '/shared'), ['went on'])
})

test('a caller that waits gets the answer', async () => {
  goOn = Promise.withResolvers()
  goOn.resolve()
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/read`)).text(), 'answer')
})
