import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { RateLimitingSampler } from './sampler.ts'

/** How many of evenly spread roots are sampled over ten seconds. */
function sampled(limit: number, offered: number): number {
  let now = 0
  const sampler = new RateLimitingSampler(limit, () => now)
  let count = 0
  for (let index = 0; index < offered * 10; index++) {
    now = (index * 1_000) / offered
    if (sampler.shouldSample().decision === SamplingDecision.RECORD_AND_SAMPLED) count++
  }
  return count
}

test('below its rate everything is sampled', () => {
  assert.equal(sampled(100, 50), 500)
  assert.equal(sampled(100, 99), 990)
})

test('above it, its rate and one second in hand', () => {
  const count = sampled(100, 1_000)
  assert.ok(count >= 1_090 && count <= 1_110, String(count))
})
