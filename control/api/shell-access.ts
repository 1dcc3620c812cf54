import type { FastifyRequest } from 'fastify'
import { FiredrillError } from '../../model/errors.ts'
import type { OpenShell, Owner } from '../../shell/shells.ts'
import type { ApiContext } from './context.ts'

export type ShellAccess = ReturnType<typeof shellAccess>

/** Who owns a terminal, who may see it, and who may type. */
export function shellAccess({ context, people, shells }: Pick<ApiContext, 'context' | 'people' | 'shells'>) {
  const ownerOf = (request: FastifyRequest): Owner => ({
    key: people.viewer(request).key,
    by: people.of(request),
    // What is done in it is attributed to the member who opened it, or else to the trainee.
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
    /** Others who are watching it now, so that the user knows. */
    watchedBy: shell.session.watchedBy.filter((name) => name !== shell.owner.key),
    mayType: mayType(request, shell),
    isOwn: isOwn(request, shell),
    /** The other person who has been given the keyboard. */
    typist: shell.session.typist?.name ?? null,
    recorded: shell.session.recording !== null,
  })
  /** Members of a team see each other's terminals, and the instructor sees all; otherwise only the owner does. */
  const maySee = (request: FastifyRequest, shell: OpenShell) =>
    isOwn(request, shell) || request.role === 'instructor' || people.of(request) !== undefined
  const shellFor = (request: FastifyRequest, id: string): OpenShell => {
    const shell = shells.shell(id)
    if (!maySee(request, shell)) throw new FiredrillError('not-found', 'this terminal has ended: open another')
    return shell
  }
  return { ownerOf, isOwn, mayType, told, maySee, shellFor }
}
