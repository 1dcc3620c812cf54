import { chmodSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { describeError } from '../model/errors.ts'
import type { PortName } from '../range/context.ts'
import { kubernetesAnswer } from './kubernetes-status.ts'
import type { Target } from './places.ts'

/** Maximum number of connections of one session. */
const mostConnections = 200
/** Maximum length of the line that names a target, and of a report. */
const longestLine = 100
const longestReport = 16 * 1024
const nameWithinMs = 5_000
/** Ports of targets that require a login. */
const asksWho: ReadonlySet<PortName> = new Set(['postgres', 'amqp', 'rabbitmqManagement'])

interface GateOptions {
  socket: string
  targets: ReadonlyMap<string, Target>
  /** The port on which a target of the range listens. */
  portOf(target: Extract<Target, { kind: 'port' }>): number
  /** The control plane, and the session's token for it. */
  control: { port: number; token: string }
  onReport(report: string): void
  /** Resolves when the on-call role has been created in the datastores, or could not be. */
  admitted?: Promise<unknown>
  /** Runs a command about the shop's processes, where they are. */
  operate(socket: net.Socket): void
  /** Connects to the API server as the on-call account; undefined if the shop is not in a cluster. */
  kubernetes?(): Promise<Duplex>
}

/** The outer end of a session's network: a client in the jail sends the name of its target, and can reach only the known names. */
export class Gate {
  /** Bytes received from each target since the session was opened. */
  readonly read = new Map<string, number>()
  readonly #options: GateOptions
  readonly #server: net.Server
  readonly #prometheus: http.Server
  readonly #open = new Set<Duplex>()

  private constructor(options: GateOptions) {
    this.#options = options
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => this.#admit(socket))
    this.#prometheus = prometheusOf(options.control)
  }

  static async open(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options)
    await new Promise<void>((resolve, reject) => {
      gate.#server.once('error', reject)
      gate.#server.listen(options.socket, resolve)
    })
    // In a folder that nobody else can enter; in the jail it belongs to another user.
    chmodSync(options.socket, 0o666)
    return gate
  }

  /** Returns, on each call, what has answered since the last one. */
  follow(): () => string[] {
    let before = new Map(this.read)
    return () => {
      const answered = [...this.read].flatMap(([name, bytes]) => (bytes > (before.get(name) ?? 0) ? [name] : []))
      before = new Map(this.read)
      return answered
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
    this.#prometheus.closeAllConnections()
    this.#server.close()
  }

  #admit(socket: net.Socket): void {
    if (this.#open.size >= mostConnections) return void socket.destroy()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(nameWithinMs, () => socket.destroy())
    let said = Buffer.alloc(0)
    const onData = (bytes: Buffer) => {
      said = Buffer.concat([said, bytes])
      const end = said.indexOf(10)
      if (end < 0 ? said.length > longestLine : end > longestLine) return void socket.destroy()
      if (end < 0) return
      socket.off('data', onData).pause().setTimeout(0)
      socket.unshift(said.subarray(end + 1))
      this.#connect(socket, said.subarray(0, end).toString('latin1'))
    }
    socket.on('data', onData)
  }

  #connect(socket: net.Socket, name: string): void {
    const target = this.#options.targets.get(name)
    if (!target) return void socket.destroy()
    if (target.kind === 'reports') return this.#hear(socket)
    if (target.kind === 'operator') {
      this.#count(name, socket)
      return this.#options.operate(socket)
    }
    if (target.kind === 'prometheus') {
      this.#count(name, socket)
      this.#prometheus.emit('connection', socket)
      // What arrived with the name, and everything after: the socket was paused until then.
      return void socket.resume()
    }
    if (target.kind === 'kubernetes') return this.#askCluster(socket, name)
    // A faster connection would be refused.
    if (asksWho.has(target.port)) void (this.#options.admitted ?? Promise.resolve()).then(() => this.#carry(socket, name, target))
    else this.#carry(socket, name, target)
  }

  /** If it is down, kubectl gets an error. */
  #askCluster(socket: net.Socket, name: string): void {
    const connecting = this.#options.kubernetes?.() ?? Promise.reject(new Error('the shop is in no cluster'))
    connecting.then(
      (far) => (socket.destroyed ? void far.destroy() : this.#join(socket, name, far)),
      (error: unknown) => socket.end(kubernetesAnswer(503, 'ServiceUnavailable', describeError(error))),
    )
  }

  #carry(socket: net.Socket, name: string, target: Extract<Target, { kind: 'port' }>): void {
    if (socket.destroyed) return
    this.#join(socket, name, net.connect({ host: '127.0.0.1', port: this.#options.portOf(target), allowHalfOpen: true }))
  }

  #join(socket: net.Socket, name: string, far: Duplex): void {
    this.#open.add(far)
    far.on('data', (bytes) => this.read.set(name, (this.read.get(name) ?? 0) + bytes.length))
    far.on('error', () => socket.destroy())
    far.once('close', () => {
      this.#open.delete(far)
      socket.destroySoon()
    })
    socket.once('close', () => far.destroy())
    socket.pipe(far)
    far.pipe(socket)
  }

  /** Bytes of answers that are generated here. */
  #count(name: string, socket: net.Socket): void {
    socket.once('close', () => this.read.set(name, (this.read.get(name) ?? 0) + socket.bytesWritten))
  }

  #hear(socket: net.Socket): void {
    let report = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      report += text
      if (report.length > longestReport) socket.destroy()
    })
    socket.once('end', () => {
      socket.end()
      this.#options.onReport(report)
    })
    socket.resume()
  }
}

/** Prometheus through the control plane, with a trainee's rights: queries count as looks, and its lifecycle API is out of reach. */
const prometheusOf = ({ port, token }: GateOptions['control']): http.Server =>
  http.createServer((request, response) => {
    const asked = http.request(
      {
        host: '127.0.0.1',
        port,
        method: request.method,
        path: `/prometheus${request.url ?? '/'}`,
        headers: {
          ...request.headers,
          host: `127.0.0.1:${port}`,
          authorization: `Bearer ${token}`,
          cookie: '',
        },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    asked.on('error', () => response.writeHead(502).end('Prometheus does not answer\n'))
    response.once('close', () => asked.destroy())
    request.pipe(asked)
  })
