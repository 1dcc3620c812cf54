import net from 'node:net'
import type { Readiness } from './readiness.ts'

/** Ready when a new TCP connection gets `expect` in answer to `send`; without them, when it connects. */
export function tcpReady(port: number, exchange?: { send: string | Uint8Array; expect: string }): Readiness {
  return {
    what: `TCP 127.0.0.1:${port}`,
    check: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ host: '127.0.0.1', port })
        let received = ''
        const finish = (error?: Error) => {
          socket.destroy()
          if (error) reject(error)
          else resolve()
        }
        socket.setTimeout(timeoutMs, () => finish(new Error(`no answer within ${timeoutMs} ms`)))
        socket.on('error', finish)
        socket.on('close', () => finish(new Error('the connection was closed')))
        socket.on('connect', () => (exchange ? socket.write(exchange.send) : finish()))
        socket.on('data', (data) => {
          received += data.toString('latin1')
          if (exchange && received.includes(exchange.expect)) finish()
        })
      }),
  }
}
