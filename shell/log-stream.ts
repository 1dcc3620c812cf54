import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { FileFollower, type LogPiece, type LogSource } from './follow-files.ts'
import { lookEveryMs, type LogInput } from './log-view.ts'

/** One line for each piece: JSON, with its bytes in base64. A service becomes a file name on the other side. */
const received = z.object({ service: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/), fresh: z.boolean(), bytes: z.base64() })
const againAfterMs = 1_000

export const sentPiece = ({ service, fresh, bytes }: LogPiece): string =>
  `${JSON.stringify({ service, fresh, bytes: bytes.toString('base64') } satisfies z.input<typeof received>)}\n`

/** Sends this host's logs, for terminals on another host, until the connection ends. A reader that does not read causes back-pressure. */
export function sendLogs(stream: Duplex, sources: readonly LogSource[]): void {
  const follower = new FileFollower(sources)
  const look = () => {
    if (stream.writableNeedDrain) return
    for (const { service, fresh, bytes } of follower.read()) stream.write(sentPiece({ service, fresh, bytes }))
  }
  const timer = setInterval(look, lookEveryMs)
  stream.on('error', () => stream.destroy())
  stream.once('close', () => clearInterval(timer))
  stream.once('end', () => stream.end())
  stream.resume()
  look()
}

/** The logs of the host at the other end of a connection; when it breaks, another is opened, and the logs begin again. */
export const logsFrom =
  (connect: () => Promise<Duplex>): LogInput =>
  (take) => {
    let stopped = false
    let stream: Duplex | null = null
    let timer: NodeJS.Timeout | undefined
    const again = () => {
      stream = null
      if (!stopped) timer = setTimeout(begin, againAfterMs).unref()
    }
    const begin = () => {
      connect().then((connected) => {
        if (stopped) return connected.destroy()
        stream = connected
        connected.on('error', () => connected.destroy())
        connected.once('close', again)
        createInterface({ input: connected }).on('line', (line) => {
          const piece = stopped ? null : pieceIn(line)
          if (piece) take(piece)
          else connected.destroy()
        })
      }, again)
    }
    begin()
    return {
      stop() {
        stopped = true
        clearTimeout(timer)
        stream?.destroy()
      },
    }
  }

/** Null for an invalid piece. */
function pieceIn(line: string): LogPiece | null {
  try {
    const { bytes, ...piece } = received.parse(JSON.parse(line))
    return { ...piece, bytes: Buffer.from(bytes, 'base64') }
  } catch {
    return null
  }
}
