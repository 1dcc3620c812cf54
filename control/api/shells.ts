import { z } from 'zod'
import { handOverKeyboard, openShell, runCommand, shellMessage, watchShell } from '../../model/api.ts'
import { isOpen } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { foundPrograms } from '../../shell/own-programs.ts'
import type { OpenShell, Owner } from '../../shell/shells.ts'
import type { FastifyRequest } from 'fastify'
import type { Api, ApiContext } from './context.ts'
import { jsonOrNull } from '../../model/json.ts'

const shellId = { params: z.object({ id: z.string().max(40) }) }
/** A page that shows a terminal asks about as often whether it is still there. */
const aliveEveryMs = 10_000
/** Bytes typed or pasted in a second, and at once. */
const typedPerSecond = 64 * 1024
/** Pages and terminals that show one session. */
const mostWatchers = 20

/** Terminals: a shell in a jail on the machine of the shop, in a browser, on a command line, or one command at a time. */
export function shellRoutes(app: Api, { context, engine, people, shells }: ApiContext): void {
  const ownerOf = (request: FastifyRequest): Owner => ({
    key: people.viewer(request).key,
    by: people.of(request),
    // What is done with it is theirs who have joined, and a trainee's otherwise, whoever asks.
    token: (people.of(request) && people.id(request)) ?? context.config.tokens.trainee,
  })
  const isOwn = (request: FastifyRequest, { owner }: OpenShell) => owner.key === people.viewer(request).key
  const mayType = (request: FastifyRequest, shell: OpenShell) =>
    isOwn(request, shell) || shell.session.typist?.name === people.viewer(request).key
  const told = (request: FastifyRequest, shell: OpenShell) => ({
    id: shell.id,
    owner: shell.owner.key,
    openedAt: shell.openedAt,
    ...shell.session.window,
    watchers: shell.session.watchers,
    /** Others who see it just now: whoever types is told. */
    watchedBy: shell.session.watchedBy.filter((name) => name !== shell.owner.key),
    mayType: mayType(request, shell),
    isOwn: isOwn(request, shell),
    /** Somebody else who has been given the keyboard. */
    typist: shell.session.typist?.name ?? null,
    recorded: shell.session.recording !== null,
  })
  /** Others of a team see each other's, and the instructor sees all; one's own is one's own. */
  const maySee = (request: FastifyRequest, shell: OpenShell) =>
    isOwn(request, shell) || request.role === 'instructor' || people.of(request) !== undefined
  const shellFor = (request: FastifyRequest, id: string): OpenShell => {
    const shell = shells.shell(id)
    if (!maySee(request, shell)) throw new FiredrillError('not-found', 'this terminal has ended: open another')
    return shell
  }
  const mustPlay = () => {
    const state = engine.running()
    if (state && isOpen(state) && state.phase === 'paused')
      throw new FiredrillError('wrong-state', 'the drill is paused: a terminal can be opened when it continues')
  }

  app.get('/api/shells', async (request) => ({
    trouble: await shells.trouble(),
    programs: foundPrograms().map(({ name, found }) => ({ name, found })),
    shells: shells
      .list()
      .filter((shell) => maySee(request, shell))
      .map((shell) => told(request, shell)),
  }))

  app.post('/api/shells', { schema: { body: openShell } }, async (request) => {
    mustPlay()
    return told(request, await shells.open(ownerOf(request), request.body, request.body))
  })

  app.delete('/api/shells/:id', { schema: shellId }, async (request) => {
    const shell = shellFor(request, request.params.id)
    if (!isOwn(request, shell) && request.role !== 'instructor') throw new FiredrillError('forbidden', 'this terminal is somebody else’s')
    shells.close(shell.id, 'it was closed')
    return { closed: shell.id }
  })

  /** The owner gives the keyboard to somebody who watches, or takes it back. */
  app.put('/api/shells/:id/keyboard', { schema: { ...shellId, body: handOverKeyboard } }, async (request) => {
    const shell = shellFor(request, request.params.id)
    if (!isOwn(request, shell)) throw new FiredrillError('forbidden', 'only whose terminal it is can hand over its keyboard')
    const { to } = request.body
    const by = to === null ? undefined : people.byKey(to)
    if (!shell.session.handOver(to === null ? null : { name: to, by }))
      throw new FiredrillError('not-found', `${to} does not watch this terminal`)
    return told(request, shell)
  })

  app.post('/api/shells/commands', { schema: { body: runCommand } }, async (request) => {
    mustPlay()
    return shells.run(ownerOf(request), request.body.command, request.body.timeoutSeconds)
  })

  app.get(
    '/api/shells/:id/socket',
    {
      websocket: true,
      schema: { ...shellId, querystring: watchShell },
      // Before it is a socket, so that who may not is answered with a status.
      preHandler: async (request) => {
        // Safe: read by the schema above.
        const shell = shellFor(request, (request.params as { id: string }).id)
        if (shell.session.watchers >= mostWatchers)
          throw new FiredrillError('too-many-requests', `${mostWatchers} show this terminal already: close a page, and try again`)
      },
    },
    (socket, request) => {
      const shell = shells.shell(request.params.id)
      const say = (message: object) => socket.send(JSON.stringify(message))
      let [typed, typedAt, answered] = [0, performance.now(), true]
      say({ type: 'watching', ...told(request, shell), end: shell.session.scrollback.end })
      const watching = shell.session.watch(
        {
          name: people.viewer(request).key,
          print: (bytes, at) => {
            // Its place is before it, so that who comes back can say what it has.
            const place = Buffer.alloc(8)
            place.writeDoubleBE(at)
            socket.send(Buffer.concat([place, bytes]))
          },
          skip: (to) => say({ type: 'skipped', to }),
          buffered: () => socket.bufferedAmount,
          keyboard: (typist) => say({ type: 'keyboard', mayType: mayType(request, shell), typist: typist?.name ?? null }),
          ended: (why) => {
            say({ type: 'ended', why })
            socket.close(1000, 'ended')
          },
        },
        request.query.from,
      )
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) {
          if (!mayType(request, shell)) return
          const now = performance.now()
          typed = Math.max(0, typed - ((now - typedAt) / 1_000) * typedPerSecond) + data.length
          typedAt = now
          if (typed > 4 * typedPerSecond || !shell.session.type(data)) say({ type: 'dropped', bytes: data.length })
          return
        }
        const message = shellMessage.safeParse(jsonOrNull(data.toString()))
        if (!message.success) return socket.close(1008, 'what is that?')
        if (message.data.type === 'drawn') watching.acknowledge(message.data.to)
        else if (isOwn(request, shell)) shell.session.resize(message.data)
      })
      socket.on('pong', () => (answered = true))
      const alive = setInterval(() => {
        // Who is no longer let in does not see it either.
        if (!answered || !people.mayStay(request)) return socket.terminate()
        answered = false
        socket.ping()
      }, aliveEveryMs)
      socket.once('close', () => {
        clearInterval(alive)
        watching.leave()
      })
      socket.on('error', () => socket.terminate())
    },
  )
}
