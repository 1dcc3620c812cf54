import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '../control/paths.ts'
import { atMost, atRest, exactly, quantile, told, type Benchmark } from './benchmark.ts'

const run = promisify(execFile)
const times = 3

interface UpReport {
  ok: boolean
  tookMs: number
  components: { name: string; outcome: string; tookMs: number }[]
}

/** Stops and starts the range: everything at once takes hardly longer than the slowest component alone. */
export const upBenchmark: Benchmark = {
  name: 'up',
  title: 'a warm start of the whole range',
  async run(context) {
    const { state, say } = context
    const firedrill = (...args: string[]) =>
      run(path.join(projectRoot, 'firedrill'), [...args, '--dir', state.dir, '--json'], { maxBuffer: 16 * 1024 * 1024 })
    const up = async () => JSON.parse((await firedrill('up')).stdout) as UpReport
    const reports: UpReport[] = []
    for (let round = 0; round < times; round++) {
      await firedrill('down')
      const report = await up()
      reports.push(report)
      say(`  up after ${(report.tookMs / 1_000).toFixed(1)} s`)
    }
    const startedAt = performance.now()
    const again = await up()
    const againMs = performance.now() - startedAt
    await atRest(context)
    const slowest = (report: UpReport) => report.components.reduce((slower, next) => (next.tookMs > slower.tookMs ? next : slower))
    return [
      atMost(
        'all ready ÷ the slowest component’s start, median',
        quantile(
          reports.map((report) => report.tookMs / slowest(report).tookMs),
          0.5,
        ),
        '×',
        1.3,
      ),
      told(
        'all ready, median',
        quantile(
          reports.map((report) => report.tookMs),
          0.5,
        ) / 1_000,
        's',
      ),
      told('the slowest component', reports.map((report) => slowest(report).name).join(', ')),
      told('a second up', againMs / 1_000, 's'),
      exactly('components that a second up started', again.components.filter((component) => component.outcome !== 'already').length, '', 0),
    ]
  },
}
