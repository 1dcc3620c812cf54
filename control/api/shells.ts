import { z } from 'zod'
import { watchShell } from '../../model/api.ts'
import { isOpen } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { clusterWithShop } from '../../range/context.ts'
import { foundPrograms } from '../../shell/own-programs.ts'
import type { Api, ApiContext } from './context.ts'
import { shellAccess } from './shell-access.ts'
import { showShell } from './shell-socket.ts'
import { serve } from './serve.ts'

const shellId = { params: z.object({ id: z.string().max(40) }) }
/** Sockets of pages and terminals that show one session. */
const mostWatchers = 20

/** The only address that accepts a WebSocket. */
export const socketRoute = '/api/shells/:id/socket'

/** Terminals: a shell in a jail on the shop's host, in a browser, on a command line, or one command at a time. */
export function shellRoutes(app: Api, { context, engine, people, shells }: ApiContext): void {
  const access = shellAccess({ context, people, shells })
  const { ownerOf, isOwn, told, maySee, shellFor } = access
  const mustPlay = () => {
    const state = engine.running()
    if (state && isOpen(state) && state.phase === 'paused')
      throw new FiredrillError('wrong-state', 'the drill is paused: a terminal can be opened when it continues')
  }

  serve(app, 'GET /api/shells', async (request) => ({
    trouble: await shells.trouble(),
    programs: foundPrograms({ cluster: clusterWithShop(context.config.placement) !== undefined }).map(({ name, found }) => ({
      name,
      found,
    })),
    shells: shells
      .list()
      .filter((shell) => maySee(request, shell))
      .map((shell) => told(request, shell)),
  }))

  serve(app, 'POST /api/shells', async (request) => {
    mustPlay()
    return told(request, await shells.open(ownerOf(request), request.body, request.body))
  })

  serve(app, 'DELETE /api/shells/:id', async (request) => {
    const shell = shellFor(request, request.params.id)
    if (!isOwn(request, shell) && request.role !== 'instructor') throw new FiredrillError('forbidden', 'this terminal is somebody else’s')
    shells.close(shell.id, 'it was closed')
    return { closed: shell.id }
  })

  /** The owner gives the keyboard to a spectator, or takes it back. */
  serve(app, 'PUT /api/shells/:id/keyboard', async (request) => {
    const shell = shellFor(request, request.params.id)
    if (!isOwn(request, shell)) throw new FiredrillError('forbidden', 'only the owner of a terminal can hand over its keyboard')
    const { to } = request.body
    const by = to === null ? undefined : people.byKey(to)
    if (!shell.session.handOver(to === null ? null : { name: to, by }))
      throw new FiredrillError('not-found', `${to} is not watching this terminal`)
    return told(request, shell)
  })

  serve(app, 'POST /api/shells/commands', async (request) => {
    mustPlay()
    return shells.run(ownerOf(request), request.body.command, request.body.timeoutSeconds)
  })

  app.get(
    socketRoute,
    {
      websocket: true,
      schema: { ...shellId, querystring: watchShell },
      // Before the upgrade, so that a refusal has an HTTP status.
      preHandler: async (request) => {
        // Safe: parsed by the schema above.
        const shell = shellFor(request, (request.params as { id: string }).id)
        if (shell.session.watchers >= mostWatchers)
          throw new FiredrillError('too-many-requests', `${mostWatchers} pages show this terminal already: close one, and try again`)
      },
    },
    (socket, request) => showShell({ socket, request, shell: shells.shell(request.params.id), people, access, engine }, request.query.from),
  )
}
