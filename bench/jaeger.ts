import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { projectRoot } from '../control/paths.ts'
import type { Span } from '../model/telemetry.ts'
import { until } from '../model/until.ts'
import { atLeast, cpuSeconds, proportionalMegabytes, quantile, type Row, told } from './benchmark.ts'
import { requestsOf } from './span-sample.ts'

/** Spans a second, in requests from this many services: the default load, and large batches from one sender. */
const loads = [
  { name: 'the default load', perSecond: 960, everyMs: 1_000, seconds: 40 },
  { name: 'full batches', perSecond: 10_000, everyMs: 100, seconds: 15 },
] as const
const lookups = 20

interface Backend {
  name: string
  process: ChildProcess
  otlp: string
  /** Whether it has a trace, by its own API. */
  trace(id: string): Promise<boolean>
  search(): Promise<boolean>
}

/**
 * Jaeger (all-in-one with Badger, found by `FIREDRILL_JAEGER`) compared with the store, separately: the same spans, in turn, on the same machine. To
 * build it: `go build github.com/jaegertracing/jaeger/cmd/all-in-one`, in a module that requires v1.62.0.
 */
export async function besideJaeger(sample: readonly Span[], firstPort: number, say: (line: string) => void): Promise<Row[]> {
  const binary = process.env['FIREDRILL_JAEGER']
  if (!binary) return [told('the same spans into Jaeger with Badger', 'not measured: FIREDRILL_JAEGER names no binary')]
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firedrill-jaeger-'))
  const backends = [storeBackend(path.join(folder, 'store'), firstPort), jaegerBackend(binary, path.join(folder, 'jaeger'), firstPort + 1)]
  try {
    for (const { otlp } of backends) await until(`${otlp}`, 60_000, async () => (await send(otlp, new Uint8Array())) === 200)
    const rows: Row[] = []
    for (const load of loads) {
      const perSecondOfCpu: number[] = []
      for (const backend of backends) {
        const { spans, cpu, traceIds } = await driven(backend, sample, load)
        const byId = await timed(() => backend.trace(traceIds[Math.floor(Math.random() * traceIds.length)] ?? ''))
        const bySearch = await timed(() => backend.search())
        perSecondOfCpu.push(spans / cpu)
        say(`${backend.name}, ${load.name}: ${Math.round(spans / cpu)} spans for a second of CPU`)
        rows.push(
          told(`${backend.name}, ${load.name}: spans for a second of CPU`, spans / cpu, '/s'),
          told(`${backend.name}, ${load.name}: memory`, proportionalMegabytes(backend.process.pid ?? 0), 'MB'),
          told(`${backend.name}, ${load.name}: a trace by its id, a search, p95`, `${byId.toFixed(0)}, ${bySearch.toFixed(0)}`, 'ms'),
        )
      }
      const [ours = 0, theirs = 1] = perSecondOfCpu
      rows.push(atLeast(`spans for a second of CPU ÷ Jaeger's, ${load.name}`, ours / theirs, '×', 1))
    }
    return rows
  } finally {
    for (const { process: child } of backends) {
      child.kill('SIGTERM')
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)))
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

function storeBackend(folder: string, port: number): Backend {
  const base = `http://127.0.0.1:${port}`
  const has = async (url: string) => (await fetch(`${base}${url}`)).ok
  return {
    name: 'store',
    process: spawn(process.execPath, [path.join(projectRoot, 'observability', 'store', 'main.ts')], {
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), STORE_DATA_DIR: folder, UV_THREADPOOL_SIZE: '10' },
      stdio: 'ignore',
    }),
    otlp: `${base}/v1/traces`,
    trace: (id) => has(`/telemetry/traces/${id}`),
    search: () => has('/telemetry/traces?service=gateway&limit=20'),
  }
}

function jaegerBackend(binary: string, folder: string, firstPort: number): Backend {
  const at = (offset: number) => `127.0.0.1:${firstPort + offset}`
  const listeners = {
    'collector.otlp.http.host-port': at(0),
    'collector.otlp.grpc.host-port': at(1),
    'query.http-server.host-port': at(2),
    'query.grpc-server.host-port': at(3),
    'admin.http.host-port': at(4),
    'collector.grpc-server.host-port': at(5),
    'collector.http-server.host-port': at(6),
    'http-server.host-port': at(7),
    'processor.jaeger-binary.server-host-port': at(8),
    'processor.jaeger-compact.server-host-port': at(9),
    'processor.zipkin-compact.server-host-port': at(10),
    'badger.directory-key': path.join(folder, 'keys'),
    'badger.directory-value': path.join(folder, 'values'),
    'badger.ephemeral': 'false',
    'log-level': 'error',
  }
  const has = async (url: string) => (await fetch(`http://${at(2)}${url}`)).ok
  return {
    name: 'Jaeger',
    process: spawn(
      binary,
      Object.entries(listeners).map(([name, value]) => `--${name}=${value}`),
      { env: { ...process.env, SPAN_STORAGE_TYPE: 'badger' }, stdio: 'ignore' },
    ),
    otlp: `http://${at(0)}/v1/traces`,
    trace: (id) => has(`/api/traces/${id}`),
    search: () => has('/api/traces?service=gateway&limit=20&lookback=1h'),
  }
}

async function send(url: string, body: Uint8Array): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  }).catch(() => null)
  await response?.arrayBuffer()
  return response?.status ?? 0
}

/** Sends spans at a constant rate; CPU is counted until they can be found. */
async function driven(
  backend: Backend,
  sample: readonly Span[],
  { perSecond, everyMs, seconds }: (typeof loads)[number],
): Promise<{ spans: number; cpu: number; traceIds: string[] }> {
  const pid = backend.process.pid ?? 0
  const before = cpuSeconds(pid)
  const traceIds: string[] = []
  let spans = 0
  const startedAt = performance.now()
  for (let round = 0; round * everyMs < seconds * 1_000; round++) {
    const made = requestsOf(sample, (perSecond * everyMs) / 1_000)
    for (const { body, spans: count } of made.requests) if ((await send(backend.otlp, body)) === 200) spans += count
    traceIds.push(...made.traceIds)
    await delay(Math.max(0, startedAt + (round + 1) * everyMs - performance.now()))
  }
  await until(`${backend.name} to have the newest trace`, 30_000, () => backend.trace(traceIds.at(-1) ?? ''))
  return { spans, cpu: cpuSeconds(pid) - before, traceIds }
}

async function timed(work: () => Promise<boolean>): Promise<number> {
  const times: number[] = []
  for (let lookup = 0; lookup < lookups; lookup++) {
    const startedAt = performance.now()
    if (!(await work())) throw new Error('a question was not answered')
    times.push(performance.now() - startedAt)
  }
  return quantile(times, 0.95)
}
