import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '../../model/routes/index.ts'
import { routeLimits } from '../limits.ts'
import { proveAnswers } from '../replay/proven-answers.ts'
import { ServedBench } from '../replay/served-bench.ts'
import { createApp } from './app.ts'
import { serve } from './serve.ts'

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: { properties?: object } }> }> }>>
}

/** Routes of other protocols, whose answers we do not define. */
const others = /\/(mcp|api\/shells\/\{id\}\/socket|prometheus\/.*)$/

test('every route of the server is in the table, and every entry is a route of ours or a forwarded one', async () => {
  await using served = new ServedBench()
  const app = await served.app
  const names = Object.keys(routes)
  const handsOn = (url: string) => names.filter((name) => url.endsWith('{*}') && name.startsWith(url.slice(0, -'{*}'.length)))
  for (const route of Object.keys(routeLimits)) {
    const name = route.replaceAll(/\{(\w+)\}/g, ':$1')
    assert.ok(
      others.test(route) || names.includes(name) || handsOn(route.replace('POST /api/prometheus', 'GET /api/prometheus')).length > 0,
      name,
    )
  }
  for (const name of names) {
    const [method = '', url = ''] = name.split(' ')
    const ways = [url, ...['/api/telemetry/*', '/api/prometheus/*'].filter((way) => url.startsWith(way.slice(0, -1)))]
    assert.ok(
      ways.some((way) => app.hasRoute({ method: method as 'GET', url: way })),
      name,
    )
  }
})

test('OpenAPI shows what a route answers, and the form of errors', async () => {
  await using served = new ServedBench()
  const { paths } = await served.read<Document>('trainee', '/api/openapi.json')
  const responses = paths['/api/scenarios']?.['get']?.responses ?? {}
  const propertiesOf = (status: string) => Object.keys(responses[status]?.content?.['application/json']?.schema.properties ?? {})
  assert.deepEqual(propertiesOf('200'), ['scenarios', 'closed', 'counts'])
  assert.deepEqual(propertiesOf('4XX'), ['error'])
})

test('in tests, an answer with a field that its schema lacks is an internal error', async () => {
  const app = createApp()
  proveAnswers(app)
  const each = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]))
  const shape = routes['GET /api/scenarios'].answer.shape.counts.shape
  const counts = {
    scenarios: 0,
    families: 0,
    varied: 0,
    difficulties: each(shape.difficulties.keyType.options),
    classes: each(shape.classes.keyType.options),
    traits: each(shape.traits.keyType.options),
  }
  let answer: object = {}
  // Safe: the test is about the wrong answer.
  serve(app, 'GET /api/scenarios', () => answer as never)
  const statusFor = async (given: object) => {
    answer = given
    return (await app.inject('/api/scenarios')).statusCode
  }
  assert.equal(await statusFor({ scenarios: [], closed: false, counts }), 200)
  assert.equal(await statusFor({ scenarios: [], closed: false, counts, more: 1 }), 500)
  assert.equal(await statusFor({ scenarios: [], closed: false }), 500)
  await app.close()
})
