import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the service responds to its next requests. */
export interface Behaviour {
  /** Responses in order; the last one is used from then on. */
  statuses?: number[]
  delayMs?: number
}
interface Calls {
  url: string
  count: number
  atOnce: number
  headers?: Record<string, string>
}
export interface Answer {
  /** 0 if there was no response. */
  status: number
  ms: number
}

/**
 * A service that responds, and calls others, as it is told: one end of a call through the mesh. It is controlled over a separate port, outside the
 * mesh. Imports nothing of the project, so that it runs wherever there is Node.
 */
export async function startEcho(ports: { service: number; control: number }, host: string) {
  let behaviour: Behaviour = {}
  let received = 0
  const agent = new http.Agent({ keepAlive: true, maxSockets: 500 })
  const service = http.createServer((_request, response) => {
    const { statuses = [200], delayMs = 0 } = behaviour
    const status = statuses[Math.min(received, statuses.length - 1)] ?? 200
    received++
    setTimeout(() => response.writeHead(status, { 'content-type': 'text/plain' }).end('said\n'), delayMs)
  })
  const control = http.createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body: unknown = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : {}
      const answer = (value: unknown) => response.end(JSON.stringify(value))
      if (request.url === '/behave') {
        // Safe: only the table controls it.
        behaviour = body as Behaviour
        received = 0
        answer({})
      } else if (request.url === '/received') answer({ received })
      else if (request.url === '/call') void callAll(body as Calls, agent).then(answer)
      else response.writeHead(404).end()
    })
  })
  await Promise.all([
    new Promise<void>((resolve) => service.listen(ports.service, host, resolve)),
    new Promise<void>((resolve) => control.listen(ports.control, host, resolve)),
  ])
  return {
    controlPort: (control.address() as AddressInfo).port,
    close() {
      for (const server of [service, control]) {
        server.closeAllConnections()
        server.close()
      }
      agent.destroy()
    },
  }
}

function callAll({ url, count, atOnce, headers = {} }: Calls, agent: http.Agent): Promise<Answer[]> {
  let left = count
  const worker = async (): Promise<Answer[]> => {
    const answers: Answer[] = []
    while (left-- > 0) answers.push(await callOnce(url, headers, agent))
    return answers
  }
  return Promise.all(Array.from({ length: atOnce }, worker)).then((parts) => parts.flat())
}

function callOnce(url: string, headers: Record<string, string>, agent: http.Agent): Promise<Answer> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ status, ms: performance.now() - startedAt })
    const request = http.get(url, { agent, headers, timeout: 20_000 }, (response) => {
      response.resume()
      response.on('end', () => done(response.statusCode ?? 0))
      response.on('error', () => done(0))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(0))
  })
}

if (import.meta.main) {
  await startEcho({ service: Number(process.env['SERVICE_PORT']), control: Number(process.env['CONTROL_PORT']) }, '0.0.0.0')
}
