import { readFileSync, readdirSync } from 'node:fs'
import { apiClient } from '../cli/client.ts'
import type { Role } from '../model/api.ts'
import { family, proportionalMemoryBytes } from '../range/targets/local/identity.ts'
import { runtimeFolder } from '../shell/prepare.ts'
import { atMost, exactly, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'

const floodBytes = 100 * 1024 * 1024
const keys = 100
const waitMs = 120_000

/** A terminal of the range that runs, as a page shows it. */
class Watched {
  text = ''
  bytes = 0
  end = 0
  /** Bytes that came twice, or not at all. */
  amiss = 0
  #socket: WebSocket | null = null
  #changed = Promise.withResolvers<void>()
  readonly id: string
  readonly #url: string
  readonly #token: string

  constructor(base: string, id: string, token: string) {
    this.id = id
    this.#url = `${base.replace('http', 'ws')}/api/shells/${id}/socket`
    this.#token = token
  }

  async connect(): Promise<void> {
    // Safe: Node's own takes headers (undici).
    const socket = new WebSocket(`${this.#url}?from=${this.end}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    } as unknown as string[])
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') return
      const at = new DataView(data).getFloat64(0)
      const bytes = Buffer.from(data, 8)
      this.amiss += Math.abs(at - this.end)
      this.bytes += bytes.length
      this.end = at + bytes.length
      this.text = (this.text + bytes.toString('latin1')).slice(-4_000)
      socket.send(JSON.stringify({ type: 'drawn', to: this.end }))
      this.#changed.resolve()
    })
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`terminal ${this.id} cannot be watched`)))
    })
    this.#socket = socket
  }
  disconnect(): void {
    this.#socket?.close()
  }
  type(text: string): void {
    this.#socket?.send(Buffer.from(text))
  }
  async until(what: () => boolean): Promise<void> {
    for (const giveUpAt = performance.now() + waitMs; !what();) {
      if (performance.now() > giveUpAt) throw new Error(`not seen in a terminal: ${JSON.stringify(this.text.slice(-300))}`)
      this.#changed = Promise.withResolvers()
      const timer = setTimeout(this.#changed.resolve, 1_000)
      await this.#changed.promise
      clearTimeout(timer)
    }
  }
}

/** Milliseconds until each of many keys is back, typed one after the other. */
async function echoes(terminal: Watched, count = keys): Promise<number[]> {
  const took: number[] = []
  for (let key = 0; key < count; key++) {
    const before = terminal.bytes
    const from = performance.now()
    terminal.type(String.fromCharCode(97 + (key % 26)))
    await terminal.until(() => terminal.bytes > before)
    took.push(performance.now() - from)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  terminal.type('\u0015')
  return took
}

/** Terminals of the range that runs: how soon there is a prompt and a key is back, what eight of them take, and what becomes of one beside a flood. */
export const shellBenchmark: Benchmark = {
  name: 'shell',
  title: 'terminals: prompt, echo, memory of eight, and one beside a flood of 100 MB',
  async run({ state, say }: BenchContext) {
    const { portBase, tokens } = state.config()
    const base = `http://127.0.0.1:${portBase}`
    const opened: { terminal: Watched; role: Role }[] = []
    const prompts: number[] = []
    try {
      for (let count = 0; count < 8; count++) {
        const role = count % 2 === 0 ? 'trainee' : 'instructor'
        const from = performance.now()
        const { id } = await apiClient(state, role).post<{ id: string }>('/api/shells', { cols: 120, rows: 40 })
        const terminal = new Watched(base, id, tokens[role])
        opened.push({ terminal, role })
        await terminal.connect()
        await terminal.until(() => terminal.text.includes('$ '))
        prompts.push(performance.now() - from)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
      const [first, second] = opened.map(({ terminal }) => terminal)
      if (!first || !second) throw new Error('no terminal was opened')
      say('eight terminals are open')
      const memory = memoryOf(runtimeFolder(state.dir))
      const rest = await echoes(first)
      say('a flood in one of them')
      const floodFrom = second.bytes
      second.type(`head -c ${floodBytes} /dev/zero | tr '\\0' y | fold -w 120; echo the-flood-"is-over"\r`)
      await second.until(() => second.bytes > floodFrom + 1_000_000)
      const startedAt = performance.now()
      const beside = await echoes(first)
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
          opened.reduce((sum, { terminal }) => sum + terminal.amiss, 0),
          'bytes',
          0,
        ),
      ]
    } finally {
      for (const { terminal, role } of opened) {
        terminal.disconnect()
        await apiClient(state, role)
          .delete(`/api/shells/${terminal.id}`)
          .catch(() => {})
      }
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
