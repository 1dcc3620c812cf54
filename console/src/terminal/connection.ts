/** The server's messages about a terminal, apart from the shell's output. */
type Said =
  | { type: 'watching'; mayType: boolean; owner: string; watchers: number; cols: number; rows: number; end: number }
  | { type: 'keyboard'; mayType: boolean; typist: string | null; paused: boolean }
  | { type: 'skipped'; to: number }
  | { type: 'dropped'; bytes: number }
  | { type: 'ended'; why: string }

interface ConnectionEvents {
  /** To be drawn; then `drawn` is to be called. */
  print(bytes: Uint8Array, drawn: () => void): void
  /** The next output does not continue what is on the screen. */
  reset(): void
  watching(mayType: boolean, owner: string): void
  /** Whether the user may type has changed; nobody may while the drill is paused. */
  keyboard(mayType: boolean, paused: boolean): void
  /** Whether it is connected now; it reconnects by itself. */
  connected(is: boolean): void
  ended(why: string): void
}

/** Time between attempts to reconnect, in milliseconds. */
const retries = [100, 250, 500, 1_000, 2_000]
/** Maximum input in one message. */
const pieceBytes = 16 * 1024

/** The WebSocket of one terminal: after a lost connection it continues where it was. */
export class Connection {
  readonly #id: string
  readonly #events: ConnectionEvents
  readonly #encoder = new TextEncoder()
  #socket: WebSocket | null = null
  #timer: number | undefined
  #tries = 0
  #over = false
  /** The first byte that has not arrived yet. */
  #end = 0
  #window = { cols: 80, rows: 24 }

  constructor(id: string, events: ConnectionEvents) {
    this.#id = id
    this.#events = events
    this.#connect()
  }

  type(text: string): void {
    const bytes = this.#encoder.encode(text)
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#send(bytes.subarray(at, at + pieceBytes))
  }

  resize(cols: number, rows: number): void {
    this.#window = { cols, rows }
    this.#say({ type: 'resize', cols, rows })
  }

  close(): void {
    this.#over = true
    window.clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #connect(): void {
    const address = new URL(`/api/shells/${this.#id}/socket?from=${this.#end}`, window.location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address)
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => {
      this.#tries = 0
      this.#events.connected(true)
      this.#say({ type: 'resize', ...this.#window })
    })
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket !== socket) return
      if (typeof data === 'string') this.#hear(JSON.parse(data) as Said)
      else this.#print(data)
    })
    socket.addEventListener('close', () => {
      if (this.#over || this.#socket !== socket) return
      this.#events.connected(false)
      this.#timer = window.setTimeout(() => void this.#again(), retries[Math.min(this.#tries++, retries.length - 1)])
    })
  }

  /** A terminal that no longer exists is over; a control plane that does not answer may be back in a moment. */
  async #again(): Promise<void> {
    const shells = await fetch('/api/shells')
      .then(async (answer) => (answer.ok ? ((await answer.json()) as { shells: { id: string }[] }).shells : null))
      .catch(() => null)
    if (this.#over) return
    if (shells && !shells.some(({ id }) => id === this.#id)) this.#finish('the control plane was restarted, or the drill is over')
    else this.#connect()
  }

  #hear(said: Said): void {
    if (said.type === 'watching') this.#events.watching(said.mayType, said.owner)
    if (said.type === 'keyboard') this.#events.keyboard(said.mayType, said.paused)
    if (said.type === 'skipped') {
      this.#end = said.to
      this.#events.reset()
    }
    if (said.type === 'ended') this.#finish(said.why)
  }

  #print(data: ArrayBuffer): void {
    const at = new DataView(data).getFloat64(0)
    const bytes = new Uint8Array(data, 8)
    this.#end = at + bytes.length
    const to = this.#end
    const socket = this.#socket
    this.#events.print(bytes, () => {
      if (this.#socket === socket) this.#say({ type: 'drawn', to })
    })
  }

  #finish(why: string): void {
    if (this.#over) return
    this.close()
    this.#events.ended(why)
  }

  #say(message: object): void {
    this.#send(JSON.stringify(message))
  }
  #send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message)
  }
}
