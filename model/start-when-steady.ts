import type { ApiClient } from './client.ts'
import type { DrillState, ToldDrill } from './drill.ts'
import { FiredrillError } from './errors.ts'
import type { Scenario } from './scenario.ts'
import { until } from './until.ts'

export type Wait = (what: string, deadlineMs: number, holds: () => Promise<boolean>, everyMs?: number) => Promise<unknown>

/** The body of `POST /api/drills`. */
interface Asked {
  scenario?: string | undefined
  shift?: string | undefined
  trainee: string
  mode?: DrillState['mode'] | undefined
  blind?: boolean | undefined
  difficulty?: Scenario['difficulty'] | undefined
  seed?: number | undefined
  variant?: string | undefined
}

/** Each attempt looks through the whole range, which a busy one would feel. */
const betweenStartsMs = 2_000

interface Options {
  wait?: Wait
  onWait?: (why: FiredrillError) => void
}

/**
 * Asks for what the range takes only when it is steady, until it does: one that is healthy may not be so the moment after, as when users have just come, or the
 * last drill is just over. Throws what the range last refused it for.
 */
export async function whenSteady<Begun>(
  ask: () => Promise<Begun>,
  deadlineMs: number,
  { wait = until, onWait = () => {} }: Options = {},
): Promise<Begun> {
  let begun: { is: Begun } | null = null
  let refused: FiredrillError | null = null
  const attempt = async () => {
    try {
      begun = { is: await ask() }
    } catch (error) {
      if (!(error instanceof FiredrillError) || error.code !== 'range-not-steady') throw error
      if (refused === null) onWait(error)
      refused = error
    }
    return begun !== null
  }
  await wait('the range to take the drill', deadlineMs, attempt, betweenStartsMs).catch((error: unknown) => {
    throw refused ?? error
  })
  // Safe: it was waited for.
  return (begun as unknown as { is: Begun }).is
}

/** Starts a drill when the range takes it. */
export const startWhenSteady = (
  client: Pick<ApiClient, 'post'>,
  asked: Asked,
  deadlineMs: number,
  options: Options = {},
): Promise<ToldDrill> => whenSteady(() => client.post('/api/drills', { body: asked }), deadlineMs, options)
