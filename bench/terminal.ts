import { setTimeout as delay } from 'node:timers/promises'
import { apiClient } from '../control/client.ts'
import type { ApiClient } from '../model/client.ts'
import type { Role } from '../model/api.ts'
import type { RangeState } from '../range/targets/local/state.ts'

const waitMs = 120_000

/** A terminal of the running range, as in a page. */
export class Watched {
  text = ''
  bytes = 0
  end = 0
  /** Bytes that arrived twice, or not at all. */
  amiss = 0
  #socket: WebSocket | null = null
  #changed = Promise.withResolvers<void>()
  readonly id: string
  readonly #client: ApiClient
  readonly #url: string
  readonly #token: string

  private constructor(state: RangeState, role: Role, id: string) {
    const { portBase, tokens } = state.config()
    this.id = id
    this.#client = apiClient(state, role)
    this.#url = `ws://127.0.0.1:${portBase}/api/shells/${id}/socket`
    this.#token = tokens[role]
  }

  /** Opens a terminal; it is not connected yet. */
  static async open(state: RangeState, role: Role): Promise<Watched> {
    const { id } = await apiClient(state, role).post('/api/shells', { body: { cols: 120, rows: 40 } })
    return new Watched(state, role, id)
  }
  /** Connects, and resolves when there is a prompt. */
  async prompt(): Promise<void> {
    await this.connect()
    await this.until(() => this.text.includes('$ '))
  }
  async close(): Promise<void> {
    this.disconnect()
    await this.#client.delete('/api/shells/:id', { id: this.id }).catch(() => {})
  }

  async connect(): Promise<void> {
    // Safe: Node's own accepts headers (undici).
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

/** Milliseconds until each of many keys is echoed, typed one after another. */
export async function echoes(terminal: Watched, count: number): Promise<number[]> {
  const took: number[] = []
  for (let key = 0; key < count; key++) {
    const before = terminal.bytes
    const from = performance.now()
    terminal.type(String.fromCharCode(97 + (key % 26)))
    await terminal.until(() => terminal.bytes > before)
    took.push(performance.now() - from)
    await delay(20)
  }
  terminal.type('\u0015')
  return took
}
