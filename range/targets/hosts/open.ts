import http from 'node:http'
import type { Duplex } from 'node:stream'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { RangeContext } from '../../context.ts'
import { join } from './forward.ts'
import type { Link } from './link.ts'

const openedWithinMs = 4_000

/**
 * Connects to a named service of the agent on the shop's host, through the agent on this one. Throws `component-unreachable` if one of them is down.
 */
export function openShop({ config, port }: Pick<RangeContext, 'config' | 'port'>, name: string): Promise<Duplex> {
  const away = (why: string, cause?: unknown) => new FiredrillError('component-unreachable', why, { cause })
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port: port('agent'),
      path: `/open/${name}`,
      agent: false,
      timeout: openedWithinMs,
      headers: {
        authorization: `Bearer ${config.tokens.service}`,
        connection: 'Upgrade',
        upgrade: 'firedrill',
      },
    })
    request.once('upgrade', (_answer, socket, head) => {
      socket.setTimeout(0)
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.once('response', (answer) => {
      answer.resume()
      reject(away(answer.statusCode === 404 ? `the shop's host does not open '${name}'` : "the shop's host is away"))
    })
    request.once('timeout', () => request.destroy(new Error('it did not answer')))
    request.once('error', (error) => reject(away(`the agent of this host does not answer: ${describeError(error)}`, error)))
    request.end()
  })
}

/** Makes the agent of this host forward connections to named services of the other one, for authorised clients. */
export function passOn(server: http.Server, link: Link, may: (request: http.IncomingMessage) => boolean): void {
  server.on('upgrade', (request, socket, head) => {
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    socket.on('error', () => socket.destroy())
    const name = /^\/open\/([a-z]+)$/.exec(request.url ?? '')?.[1]
    if (!may(request)) return refuse('401 Unauthorized')
    const stream = name === undefined ? undefined : link.connect(name)
    if (!stream) return refuse(stream === null ? '503 Service Unavailable' : '404 Not Found')
    let answered = false
    stream.on('error', () => stream.destroy())
    stream.once('close', () => !answered && refuse('503 Service Unavailable'))
    stream.once('response', ({ ':status': status }: { ':status'?: number }) => {
      answered = true
      if (status !== 200) return refuse('404 Not Found')
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: firedrill\r\n\r\n')
      if (head.length > 0) socket.unshift(head)
      join(socket, stream)
    })
  })
}
