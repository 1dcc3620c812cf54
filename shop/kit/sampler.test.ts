import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { RootSampler, TraceLimit, notTraced, tracedAtDoor } from './sampler.ts'

/** How many of evenly spread root spans are sampled over ten seconds. */
function sampled(perSecond: number, offered: number): number {
  let now = 0
  const limit = new TraceLimit(perSecond, () => now)
  let count = 0
  for (let index = 0; index < offered * 10; index++) {
    now = (index * 1_000) / offered
    if (limit.take()) count++
  }
  return count
}

test('below its rate everything is sampled', () => {
  assert.equal(sampled(100, 50), 500)
  assert.equal(sampled(100, 99), 990)
})

test('above it, its rate and a burst of one second', () => {
  const count = sampled(100, 1_000)
  assert.ok(count >= 1_090 && count <= 1_110, String(count))
})

test('the caller decides for the callee; without a caller, the limit does', () => {
  const none = new TraceLimit(0)
  const some = new TraceLimit(1, () => 0)
  assert.equal(tracedAtDoor('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', none), true)
  assert.equal(tracedAtDoor('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', some), false)
  assert.equal(tracedAtDoor(notTraced, some), false)
  assert.equal(tracedAtDoor(undefined, some), true)
  assert.equal(tracedAtDoor(undefined, some), false, 'the one is taken')
  assert.equal(tracedAtDoor('garbage', none), false)
})

test('an accepted request is traced; other roots count towards the limit', () => {
  const sampler = new RootSampler(new TraceLimit(0))
  const decide = (kind: SpanKind) => sampler.shouldSample(ROOT_CONTEXT, '', '', kind, {}, []).decision
  assert.equal(decide(SpanKind.SERVER), SamplingDecision.RECORD_AND_SAMPLED)
  assert.equal(decide(SpanKind.CONSUMER), SamplingDecision.NOT_RECORD)
})
