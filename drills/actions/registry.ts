import type { AnyAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { changeSetting } from './change-setting.ts'
import { deploy } from './deploy.ts'
import { flushCache } from './flush-cache.ts'
import { limitRate } from './limit-rate.ts'
import { listReleases } from './list-releases.ts'
import { listSessions } from './list-sessions.ts'
import { peekQueue } from './peek-queue.ts'
import { purgeQueue } from './purge-queue.ts'
import { quarantineMessage } from './quarantine-message.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { restart } from './restart.ts'
import { rollBack } from './roll-back.ts'
import { terminateSession } from './terminate-session.ts'

export const actions: readonly AnyAction[] = [
  listReleases,
  listSessions,
  peekQueue,
  restart,
  rollBack,
  deploy,
  changeSetting,
  limitRate,
  terminateSession,
  quarantineMessage,
  replayDeadLetters,
  purgeQueue,
  flushCache,
]

export function actionById(id: string): AnyAction {
  const action = actions.find((candidate) => candidate.id === id)
  if (!action) throw new FiredrillError('not-found', `there is no action '${id}': choose ${actions.map((known) => known.id).join(', ')}`)
  return action
}
