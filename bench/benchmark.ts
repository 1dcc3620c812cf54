import { readFileSync } from 'node:fs'
import type { ApiClient } from '../model/client.ts'
import { ordersAtRest } from '../control/verify.ts'
import { until } from '../model/until.ts'
import type { RangeState } from '../range/targets/local/state.ts'

export interface Row {
  metric: string
  value: number | string
  unit: string
  /** The required value, as text; empty for figures that are only reported. */
  bar: string
  /** Null for figures without a requirement. */
  ok: boolean | null
}

export interface BenchContext {
  state: RangeState
  /** The API with the instructor's token. */
  client: ApiClient
  /** Reports progress; silent with `--json`. */
  say(line: string): void
}

export interface Benchmark {
  name: string
  title: string
  run(context: BenchContext): Promise<Row[]>
}

export const atMost = (metric: string, value: number, unit: string, bar: number): Row => ({
  metric,
  value: round(value),
  unit,
  bar: `≤ ${bar}`,
  ok: value <= bar,
})
export const atLeast = (metric: string, value: number, unit: string, bar: number): Row => ({
  metric,
  value: round(value),
  unit,
  bar: `≥ ${bar}`,
  ok: value >= bar,
})
export const between = (metric: string, value: number, unit: string, least: number, most: number): Row => ({
  metric,
  value: round(value),
  unit,
  bar: `${least}–${most}`,
  ok: value >= least && value <= most,
})
export const exactly = (metric: string, value: number, unit: string, bar: number): Row => ({
  metric,
  value,
  unit,
  bar: String(bar),
  ok: value === bar,
})
/** A figure without a requirement. */
export const told = (metric: string, value: number | string, unit = ''): Row => ({
  metric,
  value: typeof value === 'number' ? round(value) : value,
  unit,
  bar: '',
  ok: null,
})

const round = (value: number): number => Math.round(value * 1_000) / 1_000
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
/** The smallest value that at least this share of the values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Runs something on a range without users, and brings its users back. */
export async function withoutUsers<Value>({ client }: Pick<BenchContext, 'client'>, work: () => Promise<Value>): Promise<Value> {
  const { users } = await client.get('/api/load')
  await client.put('/api/load', { body: { users: 0 } })
  try {
    await until('the users to be gone', 60_000, async () => (await client.get('/api/load')).users === 0)
    return await work()
  } finally {
    await client.put('/api/load', { body: { users } })
  }
}

/** Waits for a range at rest: healthy, without a page. */
export async function atRest({ client }: BenchContext): Promise<void> {
  await until('the range to be healthy', 120_000, async () => (await client.get('/api/health')).healthy, 500)
  await until(
    'every page to resolve',
    120_000,
    async () => {
      const alerts = await client.get('/api/alerts')
      return alerts.every((alert) => alert.labels['severity'] !== 'page')
    },
    500,
  )
}

/** User and system time of a process, in seconds: fields 14 and 15 of /proc/PID/stat, in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Memory of a process alone, with its part of what it shares with others: `Pss` of /proc/PID/smaps_rollup. */
export const proportionalMegabytes = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024

/** Invariants of orders that are violated at rest: a few orders are always on their way. */
export async function brokenPromises(client: BenchContext['client']): Promise<number> {
  const violations = async () => (await client.get('/api/invariants')).violations
  return until('orders to come to rest', 120_000, async () => ordersAtRest(await violations())).then(
    () => 0,
    async () => Object.values(await violations()).reduce((sum, count) => sum + count, 0),
  )
}
