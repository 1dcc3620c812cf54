import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ServedBench } from '../replay/served-bench.ts'

const notified = (changed: object = {}) => ({
  alerts: [
    {
      status: 'firing',
      fingerprint: 'a',
      startsAt: '2026-01-01T12:00:00Z',
      labels: { alertname: 'ComponentDown', severity: 'page' },
      annotations: { summary: 'redis is down' },
      ...changed,
    },
  ],
})

describe('the pager', () => {
  test('accepts notifications only from the range’s own parts', async () => {
    await using served = new ServedBench()
    for (const path of ['page', 'ticket', 'watchdog'])
      assert.equal((await served.ask('trainee', 'POST', `/api/pager/${path}`, notified())).status, 403, path)
    assert.equal((await served.ask('service', 'POST', '/api/pager/page', { alerts: [{ status: 'odd' }] })).status, 400)
  })

  test('keeps every page, in a drill or not, and a drill has its own', async () => {
    await using served = new ServedBench()
    const { bench } = served
    const page = (body: object) => served.ask('service', 'POST', '/api/pager/page', body)
    await page(notified({ labels: {}, annotations: {} }))
    const before = bench.now
    const drill = await bench.start()
    await bench.pass(6)
    await page(notified())
    await page(notified({ status: 'resolved' }))
    const { pages } = await served.read<{
      pages: { status: string; at: number; alert: { name: string; severity: string; summary: string } }[]
    }>('trainee', '/api/pages')
    assert.deepEqual(
      pages.map(({ status, alert }) => [status, alert.name, alert.severity, alert.summary]),
      [
        ['firing', 'unnamed', 'page', ''],
        ['firing', 'ComponentDown', 'page', 'redis is down'],
        ['resolved', 'ComponentDown', 'page', 'redis is down'],
      ],
    )
    assert.equal((await served.read<{ pages: unknown[] }>('trainee', `/api/pages?since=${before + 1}`)).pages.length, 2)
    assert.deepEqual(
      bench.types(drill).filter((type) => type.startsWith('page-')),
      ['page-received', 'page-resolved'],
    )
    await bench.engine.finish()
  })

  test('a ticket wakes nobody, and the watchdog is noted', async () => {
    await using served = new ServedBench()
    await served.ask('service', 'POST', '/api/pager/ticket', notified())
    assert.deepEqual((await served.read<{ pages: unknown[] }>('trainee', '/api/pages')).pages, [])
    assert.equal((await served.read<{ watchdogAt: number | null }>('trainee', '/api/range')).watchdogAt, null)
    await served.ask('service', 'POST', '/api/pager/watchdog', notified())
    assert.equal((await served.read<{ watchdogAt: number }>('trainee', '/api/range')).watchdogAt, served.bench.now)
  })
})
