import net from 'node:net'
import type { Duplex } from 'node:stream'

/** Opens streams to ports of the other end; null while that is disconnected. */
interface Way {
  connect(port: number): Duplex | null
}

/** Listens on a port of this host (the same, on its loopback, unless another is named) and forwards connections to the other host's port. */
export function forwardPort(link: Way, port: number, at = { port, host: '127.0.0.1' }): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.setNoDelay(true)
    const stream = link.connect(port)
    if (!stream) return socket.resetAndDestroy()
    join(socket, stream)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at, () => resolve(server))
  })
}

/** Copies data in both directions, until both ends are done or one is gone. */
export function join(socket: Duplex, stream: Duplex): void {
  const end = () => {
    stream.destroy()
    socket.destroy()
  }
  socket.on('error', end).on('close', () => stream.destroy())
  // Buffered data is still written.
  stream.on('error', end).on('close', () => (socket instanceof net.Socket ? socket.destroySoon() : socket.end()))
  socket.pipe(stream).pipe(socket)
}
