import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeOf, type Span } from '../../../../model/telemetry.ts'
import { foldsAround, rowsOf, type Row } from './rows.ts'
import { sharesOf } from './shares.ts'
import { spanName } from './span-name.ts'
import { criticalPath, drawable, spanTrees, withoutProxies } from './span-tree.ts'

const span = (spanId: string, parentSpanId: string, startUs: number, durationUs = 1, more: Partial<Span> = {}): Span => ({
  traceId: 't',
  spanId,
  parentSpanId,
  name: spanId,
  kind: 'Internal',
  service: 's',
  startUs,
  durationUs,
  status: 'Unset',
  statusMessage: '',
  attributes: {},
  resource: {},
  events: [],
  ...more,
})
const none = new Set<string>()
const told = (rows: Row[]) =>
  rows.map((row) => [row.kind === 'span' ? row.key : `${row.nodes.length} × ${row.nodes[0]?.span.name}`, row.depth])

test('children follow their parent by start, and orphans are roots', () => {
  const roots = spanTrees([span('c', 'a', 3), span('b', 'a', 2), span('a', '', 1), span('x', 'gone', 9), span('d', 'b', 4)])
  assert.deepEqual(told(rowsOf(roots, none)), [
    ['a', 0],
    ['b', 1],
    ['d', 2],
    ['c', 1],
    ['x', 0],
  ])
  assert.deepEqual(told(rowsOf(roots, new Set(['b']))).at(2), ['c', 1], 'what is below a closed span is not shown')
})

test('circular spans, and one that is its own parent, are shown once each', () => {
  const roots = spanTrees([span('a', 'b', 1), span('b', 'a', 2), span('self', 'self', 3), span('below', 'b', 4)])
  const keys = rowsOf(roots, none).map(({ key }) => key)
  assert.deepEqual(keys.toSorted(), ['a', 'b', 'below', 'self'])
})

test('time belongs to the innermost active span', () => {
  const shares = sharesOf([
    span('root', '', 0, 100),
    // Active at the same time for a while, and one beyond its parent's end.
    span('left', 'root', 10, 30),
    span('right', 'root', 30, 30),
    span('late', 'root', 90, 50),
  ])
  assert.deepEqual(
    shares.map(({ name, selfUs }) => [name, selfUs]),
    [
      ['late', 50],
      ['root', 40],
      ['left', 30],
      ['right', 30],
    ],
  )
})

test('repeated siblings are one row, until it is opened', () => {
  const queries = Array.from({ length: 403 }, (_, index) => span(`q${index}`, 'root', 10 + index, 2, { name: 'SELECT' }))
  const roots = spanTrees([span('root', '', 0, 1_000), span('begin', 'root', 5), ...queries, span('end', 'root', 900)])
  assert.deepEqual(told(rowsOf(roots, none)), [
    ['root', 0],
    ['begin', 1],
    ['403 × SELECT', 1],
    ['end', 1],
  ])
  const fold = rowsOf(roots, none)[2]
  assert.ok(fold?.kind === 'fold')
  assert.equal(fold.totalUs, 806)
  assert.deepEqual([fold.fromUs, fold.toUs], [10, 414])
  const open = rowsOf(roots, new Set([fold.key]))
  assert.equal(open.length, 407)
  assert.equal(open[3]?.depth, 2)
  assert.deepEqual(foldsAround(roots, 'q7').includes(fold.key), true, 'the fold that hides a span is known')
})

test('a hundred thousand spans in a row, and as many nested ones, are laid out', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => span(`s${index}`, index === 0 ? '' : 's0', index, 1, { name: `n${index}` }))
  assert.equal(rowsOf(spanTrees(many), none).length, 100_000)
  const deep = Array.from({ length: 100_000 }, (_, index) => span(`s${index}`, index === 0 ? '' : `s${index - 1}`, index, 1))
  assert.equal(rowsOf(spanTrees(deep), none).at(-1)?.depth, 99_999)
})

test('an error shows in all its ancestors', () => {
  const [root] = spanTrees([span('a', '', 0), span('b', 'a', 0), span('c', 'b', 0, 1, { status: 'Error' }), span('d', 'a', 0)])
  assert.deepEqual(
    [root?.failed, ...(root?.children.map(({ span: { spanId }, failed }) => [spanId, failed]) ?? [])],
    [true, ['b', true], ['d', false]],
  )
})

test('the critical path is what the root waited for', () => {
  const [root] = spanTrees([
    span('root', '', 0, 100),
    span('quick', 'root', 10, 20),
    span('slow', 'root', 10, 60),
    span('inner', 'slow', 20, 40),
    // A consumed message, which continues after its parent has ended: nobody waited for it.
    span('later', 'root', 80, 50, { kind: 'Consumer' }),
  ])
  assert.ok(root)
  assert.deepEqual(
    criticalPath(root).map(({ spanId, fromUs, toUs }) => [spanId, fromUs, toUs]),
    [
      ['root', 0, 10],
      ['slow', 10, 20],
      ['inner', 20, 60],
      ['slow', 60, 70],
      ['root', 70, 100],
    ],
  )
  assert.equal(
    criticalPath(root).reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0),
    100,
  )
})

test('a child that ends slightly after its parent is still on the path', () => {
  const [root] = spanTrees([span('proxy', '', 0, 100), span('service', 'proxy', 1, 105), span('query', 'service', 10, 80)])
  assert.ok(root)
  assert.deepEqual(
    criticalPath(root).map(({ spanId, fromUs, toUs }) => [spanId, fromUs, toUs]),
    [
      ['proxy', 0, 1],
      ['service', 1, 10],
      ['query', 10, 90],
      ['service', 90, 100],
    ],
  )
})

test('without proxies, their children belong to the caller', () => {
  const spans = [
    span('call', '', 0, 1, { service: 'gateway' }),
    span('out', 'call', 0, 1, { service: 'gateway-proxy' }),
    span('in', 'out', 0, 1, { service: 'catalog-proxy' }),
    span('serve', 'in', 0, 1, { service: 'catalog' }),
    span('alone', 'gone', 0, 1, { service: 'orders-proxy' }),
    span('below', 'alone', 0, 1, { service: 'orders' }),
  ]
  assert.deepEqual(
    withoutProxies(spans).map(({ spanId, parentSpanId }) => [spanId, parentSpanId]),
    [
      ['call', ''],
      ['serve', 'call'],
      ['below', ''],
    ],
  )
})

test('spans are named by what they do, and with what', () => {
  const named = (name: string, attributes: Record<string, string>, calls?: string) =>
    spanName(span('x', '', 0, 1, { name, attributes }), calls)
  assert.deepEqual(named('pg.query:SELECT shop', { 'db.query.text': 'select 1\n   from stock /*trace=1*/' }), {
    name: 'SELECT',
    detail: '1 from stock',
  })
  assert.deepEqual(named('egress 127.0.0.1:7451', { 'http.url': 'http://127.0.0.1:7451/prices?skus=1' }, 'catalog-proxy'), {
    name: 'to catalog',
    detail: '/prices',
  })
  assert.deepEqual(named('GET', { 'url.path': '/prices', 'url.query': '' }), { name: 'GET /prices', detail: '' })
  assert.deepEqual(named('GET /stock', { 'url.path': '/stock' }), { name: 'GET /stock', detail: '' })
  assert.equal(storeOf(span('x', '', 0, 1, { attributes: { 'db.system.name': 'postgresql' } })), 'postgres')
  assert.equal(storeOf(span('x', '', 0, 1, { attributes: { 'messaging.system': 'rabbitmq' } })), 'rabbitmq')
  assert.equal(storeOf(span('x', '', 0)), null)
})

test('of a span with ten thousand calls, only what can be distinguished is drawn', () => {
  const calls = Array.from({ length: 10_000 }, (_, index) => ({ spanId: 'a', fromUs: index * 100, toUs: index * 100 + 40 }))
  const whole = { fromUs: 0, toUs: 1_000_000 }
  assert.deepEqual(drawable(calls, whole, 1_000), [{ spanId: 'a', fromUs: 0, toUs: 999_940 }])
  assert.deepEqual(drawable(calls, { fromUs: 20, toUs: 210 }, 1), [
    { spanId: 'a', fromUs: 20, toUs: 40 },
    { spanId: 'a', fromUs: 100, toUs: 140 },
    { spanId: 'a', fromUs: 200, toUs: 210 },
  ])
  const apart = [
    { spanId: 'a', fromUs: 0, toUs: 10 },
    { spanId: 'a', fromUs: 500_000, toUs: 500_010 },
  ]
  assert.deepEqual(drawable(apart, whole, 1_000), apart)
  assert.deepEqual(drawable([], whole, 1_000), [])
})
