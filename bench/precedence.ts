import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openLocalRange } from '../control/wiring.ts'
import { until } from '../model/until.ts'
import { describePrecedence } from '../range/targets/local/precedence.ts'
import { terminate } from '../range/targets/local/process.ts'
import { liveness, type ProcessIdentity } from '../range/targets/local/identity.ts'
import type { Tier } from '../range/precedence.ts'
import { atMost, quantile, told, type Benchmark } from './benchmark.ts'

const rounds = 5
/** Busy loops of the shop, for each core. */
const loopsPerCore = 4
const fixedWork = `
let total = 1
const turn = () => { for (let step = 0; step < 2e8; step++) total = (Math.imul(total, 1664525) + 1013904223) >>> 0 }
const startedAt = performance.now()
turn()
console.log(performance.now() - startedAt)
`
const busyLoop = 'for (;;) {}'

/** How the shop's demand for CPU affects monitoring: the same work in the monitoring's tier and in the shop's, beside busy loops of the shop. */
export const precedenceBenchmark: Benchmark = {
  name: 'precedence',
  title: `fixed work of a watcher, beside ${loopsPerCore} busy loops of the shop for each core`,
  async run({ state, say }) {
    const target = openLocalRange(state.dir)
    const scratch = mkdtempSync(path.join(os.tmpdir(), 'precedence-'))
    const run = (program: string, tier: Tier, log: string): Promise<ProcessIdentity> =>
      target.launch({ file: process.execPath, args: ['-e', program], env: {} }, log, tier, path.join(scratch, log))
    let count = 0
    const work = async (tier: Tier): Promise<number> => {
      const log = `work-${count++}`
      const identity = await run(fixedWork, tier, log)
      await until('the work to be done', 120_000, async () => liveness(identity) === 'gone', 20)
      return Number(readFileSync(path.join(scratch, log), 'utf8'))
    }
    const median = async (tier: Tier): Promise<number> => {
      const times: number[] = []
      for (let round = 0; round < rounds; round++) times.push(await work(tier))
      return quantile(times, 0.5)
    }
    try {
      say('alone')
      const alone = await median('watch')
      const loops = await Promise.all(
        Array.from({ length: loopsPerCore * os.availableParallelism() }, (_, index) => run(busyLoop, 'shop', `loop-${index}`)),
      )
      try {
        say('beside the busy loops')
        const watching = await median('watch')
        const without = await median('shop')
        return [
          told('means', describePrecedence(state.precedence())),
          told('the work alone, median', alone, 'ms'),
          atMost("beside the shop's busy loops ÷ alone, as a watcher", watching / alone, '×', 1.5),
          told("beside the shop's busy loops ÷ alone, as a part of the shop", without / alone, '×'),
        ]
      } finally {
        await Promise.all(loops.map((loop) => terminate(loop, { signal: 'SIGTERM', deadlineMs: 500 })))
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  },
}
