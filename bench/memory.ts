import { openLocalRange } from '../control/wiring.ts'
import { told, type Benchmark } from './benchmark.ts'

/** What a range needs: proportional set size, so that what processes share is counted once. */
export const memoryBenchmark: Benchmark = {
  name: 'memory',
  title: 'memory of the range',
  async run({ state }) {
    const components = await openLocalRange(state.dir).status(true)
    const megabytes = (bytes: number | null | undefined) => Math.round((bytes ?? 0) / 1024 / 1024)
    return [
      told(
        'the whole range',
        components.reduce((sum, component) => sum + megabytes(component.memoryBytes), 0),
        'MB',
      ),
      ...components
        .toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
        .map((component) => told(component.name, megabytes(component.memoryBytes), 'MB')),
    ]
  },
}
