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

/** Steps that a request has done, and what ended it. */
const done: string[] = []
/** Lets the steps of a request go on, one after another. */
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

/** Asks, and goes away once the request is being answered; resolves when that has come to an end. */
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

test('what nobody waits for any more is left alone', async () => {
  assert.deepEqual(await askAndLeave('GET', '/read'), ['caller-gone'])
})

test('what changes something is carried to its end, and so is what others wait for', async () => {
  assert.deepEqual(await askAndLeave('POST', '/change'), ['went on'])
  assert.deepEqual(await askAndLeave('GET', '/shared'), ['went on'])
})

test('who waits is answered', async () => {
  goOn = Promise.withResolvers()
  goOn.resolve()
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/read`)).text(), 'answer')
})
