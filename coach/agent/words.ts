import { elapsed } from '../../model/duration.ts'
import { drillClock, type DrillEvent, type DrillState } from '../../model/drill.ts'
import { milestoneNames, type MilestoneName, type Scenario } from '../../model/scenario.ts'

/** What the coach says without a model, or when the model's answer may not go out. */

const questions: Record<MilestoneName, string> = {
  acknowledged: 'Have you told the others that you are on it?',
  located: 'What do users feel: is it slow, does it fail, or is it missing? And which part of the shop answers them last?',
  diagnosed: 'What is different from an hour ago in the place where you found it, and when did that begin?',
  mitigated: 'What is the quickest thing that would make users feel it less, even if it does not fix the cause?',
  recovered: 'Which graph would show you that it is over, and what does it say now?',
}

/** A question that helps in every scenario. */
export const questionFor = (working: MilestoneName | null): string =>
  working === null ? 'What would you do so that this does not happen again?' : questions[working]

/** Whether somebody asks for help. */
export const asksForHelp = (text: string): boolean =>
  /\b(?:help|hints?|stuck|lost|clue|no idea|don'?t know|do not know|what (?:now|next|should|do i)|where (?:do|should) i|how do i|give up|another one|tell me)\b/i.test(
    text,
  )

/** The answer to a question, from the policy alone. */
export function authorAnswer(working: MilestoneName | null, help: { given: { text: string } } | { waitMs: number } | null): string {
  if (help && 'given' in help) return `${help.given.text}`
  if (help && help.waitMs > 0)
    return `Try the last hint first; there is another in ${Math.ceil(help.waitMs / 1_000)} s. ${questionFor(working)}`
  if (help) return `You have every hint of this step: the last one says what to do. ${questionFor(working)}`
  return `${questionFor(working)} Say that you are stuck, and you get a hint.`
}

/** The words about a finished drill, from its events alone. */
export function debriefWords(state: DrillState, events: readonly DrillEvent[], scenario: Scenario): string {
  const reached = milestoneNames.flatMap((name) => {
    const at = state.milestones[name]
    return at === null ? [] : [{ name, pars: drillClock(state, at) / scenario.milestones[name].par }]
  })
  const took = elapsed(drillClock(state, state.endedAt ?? state.lastEventAt))
  const within = reached.filter(({ pars }) => pars <= 1)
  const list = (items: readonly { name: MilestoneName }[]) => new Intl.ListFormat('en').format(items.map(({ name }) => name))
  const helpless = reached.filter(({ name }) => !state.hints.some((hint) => hint.milestone === name))
  const end =
    state.outcome === 'resolved'
      ? `You brought the shop back in ${took}.`
      : reached.length === 0
        ? `The drill ended after ${took}, before the first milestone: play it again whenever you like.`
        : `The drill ended after ${took}, with ${list(reached)} reached.`
  const [slowest] = reached.filter(({ pars }) => pars > 1).toSorted((a, b) => b.pars - a.pars)
  const looked = new Set(events.flatMap((event) => (event.type === 'place-viewed' ? [event.view] : [])))
  return [
    end,
    within.length > 0 ? `Within par: ${list(within)}.` : '',
    helpless.length > 0 ? `Without a hint: ${list(helpless)}.` : '',
    state.wrongCauses > 0
      ? `You named ${state.wrongCauses} other ${state.wrongCauses === 1 ? 'cause' : 'causes'} first; each was cheap to rule out.`
      : '',
    state.harmfulActions > 0 ? `${state.harmfulActions} of your actions made it worse for users: the debrief says which, and why.` : '',
    slowest ? `Most time over par went into ${slowest.name}: look there first next time.` : '',
    state.outcome === 'resolved' && !looked.has('trace')
      ? 'You did not look at a trace; try one next time, because it is often the shorter way.'
      : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}
