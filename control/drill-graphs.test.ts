import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { RangeContext } from '../range/context.ts'
import { drillGraphs } from './drill-graphs.ts'
import { EngineBench } from './replay/engine-bench.ts'

test('values that are not numbers are gaps in a graph', async () => {
  const values = [
    [1, 'NaN'],
    [2, '0.2'],
    [3, '+Inf'],
    [4, '0.4'],
  ]
  const prometheus = http.createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { result: [{ metric: {}, values }] } })),
  )
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve))
  const { port } = prometheus.address() as AddressInfo
  using bench = new EngineBench()
  const drill = await bench.start()
  try {
    // Safe: the graphs use only this.
    const context = { port: () => port, config: { profile: 'drill' } } as unknown as RangeContext
    const graphs = await drillGraphs(context, bench.state(drill), bench.events(drill))
    assert.ok(graphs.length >= 4)
    for (const { svg } of graphs) {
      assert.doesNotMatch(svg, /NaN|Infinity/)
      assert.match(svg, /<path d="M[-\d.]+ [-\d.]+L/)
    }
  } finally {
    await bench.engine.finish()
    prometheus.closeAllConnections()
    await new Promise((resolve) => prometheus.close(resolve))
  }
})

test('an invalid answer of Prometheus is an error that says so', async () => {
  const proxy = http.createServer((_request, response) => response.end(JSON.stringify({ status: 'error', error: 'query timed out' })))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  using bench = new EngineBench()
  const drill = await bench.start()
  try {
    // Safe: the graphs use only this.
    const context = { port: () => port, config: { profile: 'drill' } } as unknown as RangeContext
    await assert.rejects(drillGraphs(context, bench.state(drill), bench.events(drill)), {
      code: 'component-failed',
      message: /^the answer of Prometheus is not as expected \(at data\)/,
    })
  } finally {
    await bench.engine.finish()
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  }
})
