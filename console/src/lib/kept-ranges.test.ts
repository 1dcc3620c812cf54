import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { FiredrillError } from '../../../model/errors.ts'
import { KeptRanges, type RangeQuery, type RangeSeries } from './kept-ranges.ts'

/** A Prometheus with two series, one of which began at 300 and ended at 500, whose latest points are still to come. */
let asked: RangeQuery[]
let now: number
/** Added to each value. */
let shift: number
const points = (from: number, { start, end, step }: RangeQuery, to = Infinity) => {
  const all: [number, number][] = []
  for (let at = start; at <= end; at += step) if (at >= from && at <= Math.min(to, now - 5)) all.push([at, at + shift])
  return all
}
const prometheus = async (query: RangeQuery): Promise<RangeSeries[]> => {
  asked.push(query)
  return [
    { metric: { service: 'a' }, points: points(300, query, 500) },
    { metric: { service: 'b' }, points: points(0, query) },
  ].filter((series) => series.points.length > 0)
}

beforeEach(() => {
  mock.timers.reset()
  asked = []
  shift = 0
  now = 1_000
  mock.timers.enable({ apis: ['Date'], now: now * 1_000 })
})
const pass = (seconds: number) => {
  now += seconds
  mock.timers.tick(seconds * 1_000)
}
const last = (seconds: number, step = 10, query = 'up') => ({ query, start: now - seconds, end: now, step })
const spans = () => asked.map(({ start, end }) => [start, end])

test('a graph that moves on queries what is new or may still change, and shows what a whole query would', async () => {
  const ranges = new KeptRanges(prometheus)
  for (let times = 0; times < 12; times++, pass(10)) {
    const range = last(600)
    const seen = await ranges.query(range)
    assert.deepEqual(seen, await prometheus(range), `after ${times}`)
  }
  const own = spans().filter((_, index) => index % 2 === 0)
  assert.deepEqual(own.slice(0, 3), [
    [400, 1_000],
    [980, 1_010],
    [990, 1_020],
  ])
})

test('what is not kept, or not that far back, or at other moments, is queried as a whole', async () => {
  const ranges = new KeptRanges(prometheus)
  await ranges.query(last(100))
  for (const other of [last(200), last(100, 20), last(100, 10, 'down'), { ...last(100), start: 905, end: 995 }]) await ranges.query(other)
  assert.deepEqual(spans(), [
    [900, 1_000],
    [800, 1_000],
    [900, 1_000],
    [900, 1_000],
    [905, 995],
  ])
  pass(300)
  await ranges.query(last(100))
  assert.deepEqual(spans().at(-1), [1_200, 1_300], 'there would be a gap')
})

test('a range that has passed queries its last point only', async () => {
  const ranges = new KeptRanges(prometheus)
  const range = { query: 'up', start: 200, end: 700, step: 10 }
  const first = await ranges.query(range)
  assert.deepEqual(await ranges.query(range), first)
  assert.deepEqual(spans(), [
    [200, 700],
    [700, 700],
  ])
})

test('now and then the whole range is queried, and what depends on the range always is', async () => {
  const ranges = new KeptRanges(prometheus)
  await ranges.query(last(600))
  shift = 1
  pass(290)
  await ranges.query(last(600))
  pass(20)
  assert.deepEqual(await ranges.query(last(600)), await prometheus(last(600)))
  asked = []
  for (const query of ['up @ end()', 'up OFFSET -5m']) {
    await ranges.query(last(100, 10, query))
    await ranges.query(last(100, 10, query))
  }
  assert.deepEqual(
    spans(),
    Array.from({ length: 4 }, () => [1_210, 1_310]),
  )
})

test('what was still open when it was queried does not count as final, however late the answer comes', async () => {
  const ranges = new KeptRanges(async (query) => {
    const answer = await prometheus(query)
    pass(60)
    return answer
  })
  const range = last(600)
  await ranges.query(range)
  asked = []
  await ranges.query({ ...range, end: 1_060, start: 460 })
  assert.deepEqual(spans(), [[980, 1_060]])
})

test('a refusal is handed on, and what was kept is of use afterwards', async () => {
  let fails = false
  const ranges = new KeptRanges(async (query) => {
    if (fails) throw new FiredrillError('bad-request', 'no')
    return prometheus(query)
  })
  await ranges.query(last(600))
  fails = true
  await assert.rejects(ranges.query(last(600)), { message: 'no' })
  fails = false
  asked = []
  pass(10)
  await ranges.query(last(600))
  assert.deepEqual(spans(), [[980, 1_010]])
})

test('the queries that were repeated last are kept', async () => {
  const ranges = new KeptRanges(prometheus)
  for (let each = 0; each <= 200; each++) await ranges.query(last(100, 10, `up == ${each}`))
  asked = []
  await ranges.query(last(100, 10, 'up == 200'))
  await ranges.query(last(100, 10, 'up == 0'))
  assert.deepEqual(spans(), [
    [980, 1_000],
    [900, 1_000],
  ])
})
