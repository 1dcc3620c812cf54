import type { CoachModel } from '../coach/providers/provider.ts'
import type { DrillEvent } from '../model/drill.ts'
import { factAsked, isNear } from '../people/questions.ts'
import type { DrillEngine } from './drill-engine.ts'

/**
 * Lets a model match a question to a fact if no phrase matches. It may choose only among that person's topics, and only one that shares a word with
 * the question: a trainee who manipulates the model gets no more than they could have asked for.
 */
export async function readQuestion(
  event: Extract<DrillEvent, { type: 'person-asked' }>,
  engine: Pick<DrillEngine, 'coaching' | 'characters'>,
  model: CoachModel,
): Promise<void> {
  const facts = engine.coaching.decisions()?.scenario.people?.people.find(({ character }) => character === event.person)?.facts ?? []
  if (facts.length === 0 || factAsked(event.text, facts)) return
  const { topicOf } = await import('../coach/agent/understand.ts')
  const index = await topicOf(
    event.text,
    facts.map(({ topic }) => topic),
    model,
  )
  const fact = index === null ? undefined : facts[index]
  if (fact && isNear(event.text, fact)) engine.characters.noteUnderstood(event.id, fact.id)
}
