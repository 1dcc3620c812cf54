import type { ReadStream, WriteStream } from 'node:tty'
import { setTimeout } from 'node:timers/promises'
import { FiredrillError } from '../model/errors.ts'

interface Streams {
  stdin: Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>
  stdout: Pick<WriteStream, 'write' | 'columns' | 'rows' | 'on' | 'off'>
}

/** Leaves a terminal without ending it: Ctrl ], as in telnet. */
const leaveByte = 0x1d
const retryMs = 500
const giveUpAfterMs = 20_000

/**
 * Shows a shell of the range on this terminal until it ends, or the user leaves it. A lost connection is made again, without loss of output. @returns
 * why it ended; null if the user left it.
 */
export async function attach(where: { url: string; token: string }, { stdin, stdout }: Streams): Promise<string | null> {
  let [end, over, lostAt] = [0, undefined as string | null | undefined, performance.now()]
  let socket: WebSocket | null = null
  const say = (message: object) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message))
  const resize = () => say({ type: 'resize', cols: stdout.columns, rows: stdout.rows })
  const finish = (why: string | null) => {
    over ??= why
    socket?.close()
  }
  const type = (bytes: Buffer) => {
    if (bytes.length === 1 && bytes[0] === leaveByte) return finish(null)
    if (socket?.readyState === WebSocket.OPEN) socket.send(Uint8Array.from(bytes))
  }
  stdin.setRawMode(true)
  stdin.on('data', type)
  stdin.resume()
  stdout.on('resize', resize)
  try {
    while (over === undefined) {
      // Safe: Node's own accepts headers, unlike browsers' (undici).
      const current = new WebSocket(`${where.url}?from=${end}`, {
        headers: { authorization: `Bearer ${where.token}` },
      } as unknown as string[])
      socket = current
      current.binaryType = 'arraybuffer'
      const closed = new Promise<void>((resolve) => {
        current.addEventListener('close', () => resolve())
        current.addEventListener('error', () => resolve())
      })
      current.addEventListener('open', () => {
        lostAt = Infinity
        resize()
      })
      current.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
        if (typeof data !== 'string') {
          const bytes = new Uint8Array(data, 8)
          end = new DataView(data).getFloat64(0) + bytes.length
          const to = end
          stdout.write(bytes, () => say({ type: 'drawn', to }))
          return
        }
        const said = JSON.parse(data) as { type: string; why?: string; to?: number; paused?: boolean }
        if (said.type === 'skipped') {
          end = said.to ?? end
          // Everything on the screen is older.
          stdout.write('\u001bc')
        }
        if (said.type === 'keyboard' && said.paused)
          stdout.write('\r\n\u001b[2mThe drill is paused. You can type again when it continues.\u001b[0m\r\n')
        if (said.type === 'ended') finish(said.why ?? 'it was closed')
      })
      await closed
      if (over !== undefined) break
      if (lostAt === Infinity) lostAt = performance.now()
      if (performance.now() - lostAt > giveUpAfterMs)
        throw new FiredrillError(
          'range-not-running',
          `the terminal cannot be reached: it has ended, or the range is down: see 'firedrill status'`,
        )
      await setTimeout(retryMs)
    }
    return over ?? null
  } finally {
    stdin.setRawMode(false)
    stdin.off('data', type)
    stdin.pause()
    stdout.off('resize', resize)
  }
}
