import { randomBytes } from 'node:crypto'
import http from 'node:http'

/** Opens a WebSocket as a browser does, and closes it immediately; resolves to the status of the answer, 101 on success. `host` includes the port. */
export const askSocket = (host: string, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`http://${host}`)
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const key = randomBytes(16).toString('base64')
    http
      .get({ hostname, port, path, headers: { ...headers, host, ...upgrade, 'sec-websocket-key': key }, agent: false })
      .once('upgrade', (_answer, socket) => {
        socket.destroy()
        resolve(101)
      })
      .once('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      .once('error', reject)
  })
