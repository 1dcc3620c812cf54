import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { family, proportionalMemoryBytes } from '../range/targets/local/identity.ts'
import { runtimeFolder } from '../shell/prepare.ts'
import { atMost, exactly, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'
import { echoes, Watched } from './terminal.ts'

const floodBytes = 100 * 1024 * 1024
const keys = 100

/** Terminals of the running range: how soon there is a prompt and an echo, the cost of eight of them, and how one behaves beside a flood. */
export const shellBenchmark: Benchmark = {
  name: 'shell',
  title: 'terminals: prompt, echo, memory of eight, and one beside a flood of 100 MB',
  async run({ state, say }: BenchContext) {
    const opened: Watched[] = []
    const prompts: number[] = []
    try {
      for (let count = 0; count < 8; count++) {
        const role = count % 2 === 0 ? 'trainee' : 'instructor'
        const from = performance.now()
        const terminal = await Watched.open(state, role)
        opened.push(terminal)
        await terminal.prompt()
        prompts.push(performance.now() - from)
        await delay(1_000)
      }
      const [first, second] = opened
      if (!first || !second) throw new Error('no terminal was opened')
      say('eight terminals are open')
      const memory = memoryOf(runtimeFolder(state.dir))
      const rest = await echoes(first, keys)
      say('a flood in one of them')
      const floodFrom = second.bytes
      second.type(`head -c ${floodBytes} /dev/zero | tr '\\0' y | fold -w 120; echo the-flood-"is-over"\r`)
      await second.until(() => second.bytes > floodFrom + 1_000_000)
      const startedAt = performance.now()
      const beside = await echoes(first, keys)
      await second.until(() => second.text.includes('the-flood-is-over'))
      const floodSeconds = (performance.now() - startedAt) / 1_000
      say('a lost connection')
      first.disconnect()
      const lostAt = performance.now()
      await first.connect()
      first.type(`echo back-"again"\r`)
      await first.until(() => first.text.includes('back-again'))
      const backMs = performance.now() - lostAt
      return [
        atMost('opened → prompt, median of 8', quantile(prompts, 0.5), 'ms', 300),
        told('opened → prompt, slowest', Math.max(...prompts), 'ms'),
        atMost(`a key's echo, p95 of ${keys}`, quantile(rest, 0.95), 'ms', 50),
        atMost('memory of eight sessions', memory / 1024 / 1024, 'MB', 120),
        atMost('echo beside a flood, p95', quantile(beside, 0.95), 'ms', 200),
        told('the flood, 100 MB drawn', floodSeconds, 's'),
        atMost('back after a lost connection', backMs / 1_000, 's', 2),
        exactly(
          'bytes that came twice or not at all',
          opened.reduce((sum, { amiss }) => sum + amiss, 0),
          'bytes',
          0,
        ),
      ]
    } finally {
      for (const terminal of opened) await terminal.close()
    }
  },
}

/** Proportional memory of everything that runs in jails of a range, in bytes. */
function memoryOf(folder: string): number {
  const jails = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(`FOLDER=${folder}/`))
  const members = new Set(jails.flatMap((pid) => [Number(pid), ...family(Number(pid))]))
  return [...members].reduce((sum, pid) => sum + (proportionalMemoryBytes([pid]) ?? 0), 0)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
