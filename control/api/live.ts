import { PassThrough } from 'node:stream'
import type { DrillEvent } from '../../model/drill.ts'
import { traineeMaySee } from '../../model/drill.ts'
import type { Verdict } from '../../drills/checks/registry.ts'
import type { CoachText } from '../drill-engine.ts'
import { withoutSecrets } from './drills.ts'
import type { Api, ApiContext } from './context.ts'

const keepAliveMs = 5_000

/** Live events (SSE): drill events as they happen, and whether the range is healthy. The ids of drill events let a client resume. */
export function liveRoutes(app: Api, { engine, ledger, sampler }: ApiContext): void {
  const streams = new Set<PassThrough>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end()
  })

  app.get('/api/live', async (request, reply) => {
    const stream = new PassThrough()
    streams.add(stream)
    const instructor = request.role === 'instructor'
    const send = (name: string, data: unknown, id?: number) =>
      stream.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    const onEvent = (event: DrillEvent) => {
      if (instructor) send('drill', event, event.id)
      else if (traineeMaySee(event)) send('drill', withoutSecrets(event), event.id)
    }
    const onCoach = (text: CoachText) => send('coach', text)
    const status = (verdict: Verdict) => ({
      // Which checks fail is for the oracle: a trainee sees what an on-call engineer sees.
      healthy: verdict.healthy,
      components: sampler.components().map(({ name, state, healthy, version, canaryOf }) => ({ name, state, healthy, version, canaryOf })),
    })
    const onVerdict = (verdict: Verdict) => send('status', status(verdict))

    const lastSeen = Number(request.headers['last-event-id'] ?? Number.NaN)
    const running = engine.running()
    if (running && !Number.isNaN(lastSeen)) for (const event of ledger.events(running.id, lastSeen)) onEvent(event)
    send('status', status(engine.verdict))
    engine.live.on('event', onEvent)
    engine.live.on('verdict', onVerdict)
    engine.live.on('coach', onCoach)
    const keepAlive = setInterval(() => stream.write(': alive\n\n'), keepAliveMs)
    request.raw.on('close', () => {
      clearInterval(keepAlive)
      engine.live.off('event', onEvent)
      engine.live.off('verdict', onVerdict)
      engine.live.off('coach', onCoach)
      streams.delete(stream)
      stream.end()
    })
    return reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(stream)
  })

  /** The reaper holds this open: when it closes, the control plane is gone. */
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
