import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import type { Duplex } from 'node:stream'
import { readCall, resultIn } from './calls.ts'
import { join } from './forward.ts'
import { FiredrillError, describeError, errorAnswer, errorIn } from '../../../model/errors.ts'

/**
 * The only connection between two hosts of a range. The shop's host dials, so that it need not listen; both ends present a certificate of the range's
 * own authority (TLS 1.3). Over one connection the monitoring host opens streams, over the other the shop's host does. Each stream is an HTTP/2
 * request: either a TCP connection to a port that the other end allows (CONNECT), or a call (POST /rpc).
 */
const toShop = 'firedrill-to-shop'
const fromShop = 'firedrill-from-shop'
/** A host of users opens streams, and accepts none. */
const fromLoad = 'firedrill-from-load'
type Direction = typeof toShop | typeof fromShop | typeof fromLoad

export interface LinkKeys {
  /** PEM. */
  ca: string
  cert: string
  key: string
}

/** What this end does for the other. */
interface LinkService {
  /** Ports of this host's loopback that the other end may connect to. */
  ports: ReadonlySet<number>
  /** Other services that it may connect to, by name. */
  open?: Readonly<Record<string, (stream: Duplex) => void>>
  call?(method: string, args: readonly unknown[]): Promise<unknown>
}

const windowBytes = 4 * 1024 * 1024
const settings = { initialWindowSize: windowBytes, maxConcurrentStreams: 2_000 }
/** Megabytes that a connection may use before it refuses streams; and streams that the other end, which is trusted, may reset at once. */
const limits = { maxSessionMemory: 64, streamResetBurst: 10_000, streamResetRate: 1_000 }
const pingEveryMs = 2_000
/** An end that does not answer for this long counts as disconnected. */
const silenceMs = 6_000
const redialMs = 1_000

/** Streams that this end may open; null while the other is disconnected. */
export class Link {
  #session: http2.ClientHttp2Session | null = null
  #since = 0
  /** Called each time the other end connects. */
  onCome: () => void = () => {}

  get connected(): boolean {
    return this.#session !== null
  }
  /** When the other end connected, in milliseconds since the epoch; 0 when it is disconnected. */
  get connectedAt(): number {
    return this.#session ? this.#since : 0
  }

  use(session: http2.ClientHttp2Session): void {
    this.#session?.destroy()
    this.#session = session
    this.#since = Date.now()
    session.on('close', () => {
      if (this.#session === session) this.#session = null
    })
    this.onCome()
  }

  /** A connection to a port of the other end, or to one of its named services; null while it is disconnected. */
  connect(to: number | string): Duplex | null {
    const session = this.#session
    if (!session || session.closed || session.destroyed) return null
    const stream = session.request({ ':method': 'CONNECT', ':authority': typeof to === 'number' ? `127.0.0.1:${to}` : `${to}:0` })
    stream.on('response', (headers) => {
      if (headers[':status'] !== 200) stream.destroy(new Error(`refused: ${headers[':status']}`))
    })
    return stream
  }

  /** The result of a method of the other end, unvalidated. */
  async call(method: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    const session = this.#session
    if (!session || session.closed) throw new FiredrillError('component-unreachable', "the shop's host is away")
    const stream = session.request({ ':method': 'POST', ':path': '/rpc' })
    stream.setTimeout(timeoutMs, () =>
      stream.destroy(new FiredrillError('timed-out', `the shop's host did not answer within ${timeoutMs / 1_000} s`)),
    )
    stream.end(JSON.stringify({ method, args }))
    let status = 0
    stream.on('response', (headers) => (status = headers[':status'] ?? 0))
    const parts: Buffer[] = []
    try {
      for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
    } catch (error) {
      if (error instanceof FiredrillError) throw error
      throw new FiredrillError('component-unreachable', `the shop's host went away: ${describeError(error)}`, { cause: error })
    }
    const text = Buffer.concat(parts).toString()
    if (status === 0) throw new FiredrillError('component-unreachable', "the shop's host went away")
    const answer: unknown = text === '' ? null : JSON.parse(text)
    if (status !== 200) throw errorIn(answer, `${method} was answered ${status}`)
    return resultIn(answer, method)
  }

  close(): void {
    this.#session?.destroy()
    this.#session = null
  }
}

/** Serves the other end's requests on this connection. */
function serve(socket: tls.TLSSocket, { ports, open = {}, call }: LinkService): http2.ServerHttp2Session {
  const session = http2.performServerHandshake(socket, { settings, ...limits })
  session.setLocalWindowSize(windowBytes)
  session.on('error', () => {})
  session.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    if (headers[':method'] === 'CONNECT') {
      const name = /^([a-z]+):0$/.exec(headers[':authority'] ?? '')?.[1] ?? ''
      if (Object.hasOwn(open, name)) {
        stream.respond({ ':status': 200 })
        return open[name]?.(stream)
      }
      const port = Number(/^127\.0\.0\.1:(\d+)$/.exec(headers[':authority'] ?? '')?.[1])
      if (!ports.has(port)) return stream.respond({ ':status': 403 }, { endStream: true })
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      const gone = () => socket.destroy()
      stream.once('close', gone)
      socket.once('error', () => stream.destroy())
      socket.once('connect', () => {
        // The other end may be gone meanwhile.
        if (stream.closed || stream.destroyed) return socket.destroy()
        // From now on buffered data is written, by `join`.
        stream.off('close', gone)
        stream.respond({ ':status': 200 })
        join(socket, stream)
      })
      return
    }
    if (headers[':method'] !== 'POST' || headers[':path'] !== '/rpc' || !call)
      return stream.respond({ ':status': 404 }, { endStream: true })
    const parts: Buffer[] = []
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      // An aborted request ends too, with only a part of its body.
      if (stream.aborted || stream.closed) return
      const reply = (status: number, body: unknown) => {
        if (stream.closed || stream.destroyed) return
        stream.respond({ ':status': status, 'content-type': 'application/json' })
        stream.end(JSON.stringify(body))
      }
      const answer = async () => {
        const { method, args } = readCall(Buffer.concat(parts).toString())
        return call(method, args)
      }
      answer().then(
        (result) => reply(200, { result }),
        (error: unknown) => {
          const { status, body } = errorAnswer(error)
          reply(status, body)
        },
      )
    })
  })
  return session
}

/** Closes a session whose other end no longer answers: the network may have failed without a notice. */
function watch(session: http2.Http2Session): void {
  let heardAt = Date.now()
  const timer = setInterval(() => {
    if (Date.now() - heardAt > silenceMs) return session.destroy()
    session.ping((error) => {
      if (!error) heardAt = Date.now()
    })
  }, pingEveryMs)
  session.on('close', () => clearInterval(timer))
  session.on('error', () => {})
}

const secure = ({ ca, cert, key }: LinkKeys) => ({ ca, cert, key, minVersion: 'TLSv1.3' as const })

/** The end of the monitoring host: waits for connections. */
export async function listenForHosts(
  address: { host: string; port: number },
  keys: LinkKeys,
  service: LinkService,
  /** What it does for hosts of users. */
  forLoad: LinkService = { ports: new Set() },
): Promise<{ link: Link; loadHosts(): number; close(): void }> {
  const link = new Link()
  const ALPNProtocols = [toShop, fromShop, fromLoad]
  const server = tls.createServer({ ...secure(keys), requestCert: true, rejectUnauthorized: true, ALPNProtocols })
  const loadHosts = new Set<http2.ServerHttp2Session>()
  const sockets = new Set<tls.TLSSocket>()
  server.on('secureConnection', (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    // One authority signed for all: the name in the certificate decides the permissions.
    const name = socket.getPeerCertificate().subject.CN
    if (name !== (socket.alpnProtocol === fromLoad ? 'load' : 'shop')) {
      process.stderr.write(`a connection was refused: ${String(name)} may not connect as ${String(socket.alpnProtocol)}\n`)
      socket.destroy()
    } else if (socket.alpnProtocol === toShop) {
      const session = http2.connect('http://shop', { createConnection: () => socket, settings, ...limits })
      session.setLocalWindowSize(windowBytes)
      watch(session)
      link.use(session)
    } else if (socket.alpnProtocol === fromShop) {
      watch(serve(socket, service))
    } else if (socket.alpnProtocol === fromLoad) {
      const session = serve(socket, forLoad)
      watch(session)
      loadHosts.add(session)
      session.on('close', () => loadHosts.delete(session))
    } else socket.destroy()
  })
  server.on('tlsClientError', (error) => process.stderr.write(`a connection was refused: ${describeError(error)}\n`))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  return {
    link,
    loadHosts: () => loadHosts.size,
    close() {
      link.close()
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The end of the shop's host, or, without a service, of one of users: dials, and redials whenever the connection was lost. */
export function dialObservability(
  address: { host: string; port: number },
  keys: LinkKeys,
  service: LinkService | null,
): { link: Link; close(): void } {
  const link = new Link()
  let closed = false
  const sockets = new Set<tls.TLSSocket>()
  const dial = (direction: Direction, begin: (socket: tls.TLSSocket) => http2.Http2Session) => {
    if (closed) return
    // The authority is the range’s own, and only the monitoring host has a server certificate of it.
    const socket = tls.connect({
      ...address,
      ...secure(keys),
      ALPNProtocols: [direction],
      checkServerIdentity: () => undefined,
      timeout: 10_000,
    })
    sockets.add(socket)
    socket.setNoDelay(true)
    let again = false
    const redial = () => {
      if (again) return
      again = true
      sockets.delete(socket)
      socket.destroy()
      setTimeout(() => dial(direction, begin), redialMs)
    }
    socket.on('error', redial).on('close', redial)
    socket.once('timeout', redial)
    socket.once('secureConnect', () => {
      socket.setTimeout(0)
      const session = begin(socket)
      watch(session)
      session.on('close', redial)
    })
  }
  if (service) dial(toShop, (socket) => serve(socket, service))
  dial(service ? fromShop : fromLoad, (socket) => {
    const session = http2.connect('http://observability', { createConnection: () => socket, settings, ...limits })
    session.setLocalWindowSize(windowBytes)
    link.use(session)
    return session
  })
  return {
    link,
    close() {
      closed = true
      link.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
