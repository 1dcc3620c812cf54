import type { RangeState } from '../range/targets/local/state.ts'

export interface Row {
  metric: string
  value: number | string
  unit: string
  /** What is asked for, as text; empty for figures that are only reported. */
  bar: string
  /** Null for figures without a bar. */
  ok: boolean | null
}

export interface BenchContext {
  state: RangeState
  say(line: string): void
}

export interface Benchmark {
  name: string
  title: string
  run(context: BenchContext): Promise<Row[]>
}
