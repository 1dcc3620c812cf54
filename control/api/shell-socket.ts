import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { shellMessage } from '../../model/api.ts'
import type { DrillEvent } from '../../model/drill.ts'
import { jsonOrNull } from '../../model/json.ts'
import type { OpenShell } from '../../shell/shells.ts'
import type { DrillEngine } from '../drill-engine.ts'
import type { People } from '../people.ts'
import type { ShellAccess } from './shell-access.ts'

/** How often a page that shows a terminal checks the connection. */
const aliveEveryMs = 10_000
/** Bytes typed or pasted per second, and at once. */
const typedPerSecond = 64 * 1024

/** The viewer of a terminal, and what they may do with it. */
interface Watching {
  socket: WebSocket
  request: FastifyRequest
  shell: OpenShell
  people: People
  access: ShellAccess
  /** Input is refused in a pause: work done then would take no drill time. */
  engine: Pick<DrillEngine, 'live' | 'running'>
}

/** Shows a terminal's output from a given byte, and accepts input. */
export function showShell({ socket, request, shell, people, access, engine }: Watching, from: number): void {
  const { mayType, isOwn, told } = access
  const say = (message: object) => socket.send(JSON.stringify(message))
  const fits = typingRate()
  const isPaused = () => engine.running()?.phase === 'paused'
  const tellKeyboard = () =>
    say({
      type: 'keyboard',
      mayType: mayType(request, shell) && !isPaused(),
      typist: shell.session.typist?.name ?? null,
      paused: isPaused(),
    })
  say({ type: 'watching', ...told(request, shell), end: shell.session.scrollback.end })
  if (isPaused()) tellKeyboard()
  const onEvent = ({ type }: DrillEvent) => {
    if (type === 'drill-paused' || type === 'drill-continued') tellKeyboard()
  }
  engine.live.on('event', onEvent)
  const watching = shell.session.watch(
    {
      name: people.viewer(request).key,
      print: (bytes, at) => {
        // Each chunk is preceded by its offset, so that a client that reconnects can say what it has.
        const place = Buffer.alloc(8)
        place.writeDoubleBE(at)
        socket.send(Buffer.concat([place, bytes]))
      },
      skip: (to) => say({ type: 'skipped', to }),
      buffered: () => socket.bufferedAmount,
      keyboard: tellKeyboard,
      ended: (why) => {
        say({ type: 'ended', why })
        socket.close(1000, 'ended')
      },
    },
    from,
  )
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) {
      if (!mayType(request, shell) || isPaused()) return
      if (!fits(data.length) || !shell.session.type(data)) say({ type: 'dropped', bytes: data.length })
      return
    }
    const message = shellMessage.safeParse(jsonOrNull(data.toString()))
    if (!message.success) return socket.close(1008, 'not a known message')
    if (message.data.type === 'drawn') watching.acknowledge(message.data.to)
    else if (isOwn(request, shell)) shell.session.resize(message.data)
  })
  // A member who was removed no longer sees it either.
  endWhenAway(socket, () => people.mayStay(request))
  socket.once('close', () => {
    engine.live.off('event', onEvent)
    watching.leave()
  })
  socket.on('error', () => socket.terminate())
}

/** Whether this many more bytes may be typed now. */
function typingRate(): (bytes: number) => boolean {
  let [typed, typedAt] = [0, performance.now()]
  return (bytes) => {
    const now = performance.now()
    typed = Math.max(0, typed - ((now - typedAt) / 1_000) * typedPerSecond) + bytes
    typedAt = now
    return typed <= 4 * typedPerSecond
  }
}

/** Closes a socket whose client no longer answers, or may no longer watch. */
function endWhenAway(socket: WebSocket, mayStay: () => boolean): void {
  let answered = true
  socket.on('pong', () => (answered = true))
  const alive = setInterval(() => {
    if (!answered || !mayStay()) return socket.terminate()
    answered = false
    socket.ping()
  }, aliveEveryMs)
  socket.once('close', () => clearInterval(alive))
}
