import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultSamples } from '../../test/acceptance/fault-samples.ts'
import { faultById } from './registry.ts'

/** Numbers of a cluster, and those that depend on another parameter. */
const others: Record<string, Record<string, unknown>> = {
  'cluster-target-port': { service: 'orders' },
  'cluster-memory': { service: 'orders' },
  'cluster-autoscaler': { service: 'orders' },
  'cluster-request': { service: 'orders' },
  'cluster-startup': { service: 'orders' },
}

/** The limits of each parameter of a fault: beyond them, nothing would be noticed, or more would break than intended. */
const bounds: [id: string, param: string, least: number, most: number][] = [
  ['canary-release', 'percent', 0, 100],
  ['slow-bank', 'latencyMs', 1, 60_000],
  ['hanging-bank', 'percent', 0.1, 100],
  ['postgres-connection-limit', 'limit', 0, 10],
  ['postgres-connections', 'connections', 1, 500],
  ['postgres-sequence-end', 'left', 0, 10_000],
  ['queue-poison', 'count', 1, 20],
  ['load-spike', 'users', 1, 2_000],
  ['cpu-burn', 'threads', 1, 16],
  ['cpu-burn', 'processesPerCore', 0, 24],
  ['cpu-burn', 'besideMonitoring', 0, 24],
  ['descriptor-limit', 'spare', 0, 1_000],
  ['clock-skew', 'offsetSeconds', -86_400, 86_400],
  ['prices-by-hand', 'atOnce', 1, 200],
  ['journal-full', 'megabytes', 2, 32],
  ['journal-full', 'spareKilobytes', 0, 1_024],
  ['cache-volume-full', 'megabytes', 2, 32],
  ['cache-volume-full', 'spareKilobytes', 0, 1_024],
  ['cache-volume-full', 'everySeconds', 1, 3_600],
  ['cache-scan', 'rounds', 1, 10_000],
  ['cache-scan', 'pauseMs', 10, 60_000],
  ['cache-torn-entry', 'pages', 2, 50],
  ['heavy-report', 'workers', 1, 30],
  ['redis-flush', 'everySeconds', 0.5, 3_600],
  ['redis-delay', 'percent', 1, 100],
  ['scheduled-limits', 'limit', 0, 10],
  ['scheduled-limits', 'everySeconds', 1, 3_600],
  ['queue-size-policy', 'maxBytes', 1, 1_000_000],
  ['queue-age-policy', 'ttlMs', 0, 86_400_000],
  ['queue-backlog', 'waiting', 100, 20_000],
  ['broker-memory-alarm', 'limitBytes', 1_000_000, 10_000_000_000],
  ['hot-product', 'share', 0.01, 1],
  ['bot-flood', 'bots', 1, 500],
  ['http-delay', 'percent', 0, 100],
  ['http-delay', 'delayMs', 1, 60_000],
  ['http-delay', 'jitterMs', 0, 30_000],
  ['http-bandwidth', 'kibPerSecond', 1, 1_000_000],
  ['http-abort', 'httpStatus', 400, 599],
  ['tight-timeout', 'timeoutMs', 1, 600_000],
  ['tight-breaker', 'maxRequests', 1, 10_000],
  ['loose-retries', 'attempts', 1, 10],
  ['loose-retries', 'perTryTimeoutMs', 10, 60_000],
  ['strict-ejection', 'seconds', 1, 3_600],
  ['worn-connections', 'percent', 0, 100],
  ['worn-connections', 'kibPerSecond', 1, 1_000_000],
  ['cluster-target-port', 'port', 1, 65_535],
  ['cluster-memory', 'mebibytes', 16, 1_024],
  ['cluster-autoscaler', 'millicores', 10, 1_000],
  ['cluster-autoscaler', 'max', 1, 10],
  ['cluster-request', 'cores', 100, 10_000],
  ['cluster-startup', 'millicores', 10, 1_000],
  ['cluster-startup', 'seconds', 1, 60],
]
for (const [id, param, least, most] of bounds)
  test(`${param} of ${id} is from ${least} to ${most}`, () => {
    const { params } = faultById(id)
    const takes = (value: number) => params.safeParse({ ...others[id], ...faultSamples[id], [param]: value }).success
    const step = Number.isInteger(least) ? 1 : 0.01
    assert.deepEqual([least, most, least - step, most + step].map(takes), [true, true, false, false])
  })
