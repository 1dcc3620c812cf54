import { PassThrough } from 'node:stream'
import type { DrillEvent } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { Verdict } from '../../drills/checks/registry.ts'
import type { CoachText } from '../drill/current.ts'
import { LiveTelling, toldEvents } from '../told.ts'
import type { Api, ApiContext } from './context.ts'

const keepAliveMs = 5_000
/** Maximum number of bytes that a client has not read: a suspended browser is disconnected, and resumes from its last event. */
const mostUnreadBytes = 1024 * 1024
/** Maximum number of listeners of each role: tabs, tools and people. */
export const mostStreams = { trainee: 60, instructor: 20 } as const

/** Live events (SSE): drill events as they happen, and whether the range is healthy. Clients resume by the ids of drill events. */
export function liveRoutes(app: Api, { engine, ledger, sampler, people }: ApiContext): void {
  const streams = new Set<PassThrough>()
  const telling = new LiveTelling(ledger)
  const listening = { trainee: 0, instructor: 0 }
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end()
  })

  app.get('/api/live', async (request, reply) => {
    const role = request.role === 'instructor' ? 'instructor' : 'trainee'
    if (listening[role] >= mostStreams[role])
      throw new FiredrillError('too-many-requests', `${mostStreams[role]} pages are listening already: close one, and try again`)
    listening[role]++
    const stream = new PassThrough()
    streams.add(stream)
    const instructor = role === 'instructor'
    const isBehind = () => stream.writableLength + stream.readableLength > mostUnreadBytes
    const write = (text: string) => {
      if (stream.writableEnded) return
      if (isBehind()) request.raw.destroy()
      else stream.write(text)
    }
    const send = (name: string, data: unknown, id?: number) =>
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    const tell = (event: DrillEvent | null) => event && send('drill', event, event.id)
    const onEvent = (event: DrillEvent) => tell(instructor ? event : telling.event(event))
    const onCoach = (text: CoachText) => send('coach', instructor ? text : telling.coach(text))
    const status = (verdict: Verdict) => ({
      // Which checks fail is not for trainees, who see what an on-call engineer sees.
      healthy: verdict.healthy,
      troubles: engine.troubles,
      components: sampler.components().map(({ name, state, healthy, version, canaryOf }) => ({ name, state, healthy, version, canaryOf })),
    })
    const onVerdict = (verdict: Verdict) => send('status', status(verdict))
    const keepAlive = setInterval(() => {
      // A member who was removed receives nothing more.
      if (people.mayStay(request)) write(': alive\n\n')
      else stream.end()
    }, keepAliveMs)
    request.raw.once('close', () => {
      listening[role]--
      clearInterval(keepAlive)
      engine.live.off('event', onEvent)
      engine.live.off('verdict', onVerdict)
      engine.live.off('coach', onCoach)
      streams.delete(stream)
      stream.destroy()
    })

    const lastSeen = Number(request.headers['last-event-id'] ?? Number.NaN)
    const running = engine.running()
    if (running && !Number.isNaN(lastSeen)) {
      for (const event of toldEvents(ledger.events(running.id), role)) if (event.id > lastSeen && !isBehind()) tell(event)
      // More than the limit of unread events: the client gets the rest when it asks again, from its last event then.
      if (isBehind()) stream.end()
    }
    send('status', status(engine.health.verdict))
    engine.live.on('event', onEvent)
    engine.live.on('verdict', onVerdict)
    engine.live.on('coach', onCoach)
    return reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(stream)
  })

  /** The reaper holds this connection open: when it closes, the control plane is down. */
  app.get('/api/lease', { config: { access: 'service' } }, async (request, reply) => {
    const stream = new PassThrough()
    streams.add(stream)
    const beat = setInterval(() => stream.write('.'), 1_000)
    stream.write('.')
    request.raw.on('close', () => {
      clearInterval(beat)
      streams.delete(stream)
      stream.end()
    })
    return reply.type('text/plain').send(stream)
  })
}
