import type { Benchmark } from './benchmark.ts'

export const benchmarks: readonly Benchmark[] = []
