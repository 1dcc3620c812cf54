import { drillClock, type DrillEvent, type DrillState } from '../model/drill.ts'
import { elapsed } from '../model/duration.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import type { StorySentence } from '../model/debrief.ts'

/** One sentence about a drill, and the events that it is about. */
const howOften = (count: number): string => ['never', 'once', 'twice'][count] ?? `${count} times`
const times = (count: number, one: string, more: string): string => (count === 1 ? one : `${count} ${more}`)

/**
 * A drill as one story, from the first symptom to the all-clear: each sentence says what its events say and no more. In the passive voice, since one
 * person may have played or several. Times are on the drill's own clock.
 */
export function storyOf(state: DrillState, events: readonly DrillEvent[], scenario: Scenario): StorySentence[] {
  const story: StorySentence[] = []
  const after = (at: number): string => elapsed(drillClock(state, at))
  const tell = (text: string, about: readonly (DrillEvent | undefined)[], tone: StorySentence['tone'] = 'plain') => {
    const known = about.filter((event) => event !== undefined)
    story.push({ at: known[0]?.at ?? null, text, tone, events: known.map(({ id }) => id) })
  }
  const first = <Type extends DrillEvent['type']>(type: Type) =>
    events.find((event): event is Extract<DrillEvent, { type: Type }> => event.type === type)
  const all = <Type extends DrillEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<DrillEvent, { type: Type }> => event.type === type)

  const page = first('page-received')
  if (page) tell(`The first page came after ${after(page.at)}: ${page.alert.summary || page.alert.name}.`, [page], 'bad')
  else tell('No page came.', [])
  const escalated = first('page-escalated')
  if (escalated) tell(`Nobody acknowledged for ${elapsed(escalated.afterMs)}, and the secondary on call was paged.`, [escalated], 'bad')
  const acknowledged = first('page-acknowledged')
  if (acknowledged) tell(`The page was acknowledged after ${after(acknowledged.at)}.`, [acknowledged], 'good')
  else if (page) tell('The page was not acknowledged.', [], 'bad')

  const views = all('place-viewed')
  const found = views.find(({ view, component }) => scenario.located.some((place) => place.view === view && place.component === component))
  if (found) tell(`The cause was in sight after ${after(found.at)}: ${found.detail}.`, [found], 'good')
  else if (views.length > 0)
    tell(`${times(views.length, 'One place was', 'places were')} looked at, but none that shows the cause.`, views, 'bad')
  else tell('No place was looked at.', [], 'bad')

  const wrong = all('cause-named').filter(({ correct }) => !correct)
  const right = all('cause-named').find(({ correct }) => correct)
  if (wrong.length > 0)
    tell(
      `A wrong cause was named ${howOften(wrong.length)}: ${wrong.map(({ component, category }) => `${component} (${category})`).join(', ')}.`,
      wrong,
      'bad',
    )
  if (right) tell(`The cause was named after ${after(right.at)}: ${right.component}, ${right.category}.`, [right], 'good')
  else tell('The cause was not named.', [], 'bad')

  const changes = events.filter(
    (event) => (event.type === 'action-run' && event.kind === 'change') || (event.type === 'command-run' && event.kind === 'change'),
  )
  const harmful = events.filter((event) => (event.type === 'action-run' || event.type === 'command-run') && event.harmful !== null)
  if (changes.length === 0) tell('Nothing was changed in the shop.', [])
  else tell(`The shop was changed ${howOften(changes.length)}.`, changes)
  if (harmful.length > 0) tell(`${times(harmful.length, 'One of the operations', 'of the operations')} did harm.`, harmful, 'bad')

  const asked = all('hint-asked')
  const hints = all('hint-given')
  if (hints.length > 0)
    tell(
      `The coach gave ${times(hints.length, 'one hint', 'hints')}${asked.length > 0 ? `; help was asked for ${howOften(asked.length)}` : ''}.`,
      [...hints, ...asked],
    )
  const eased = first('scenario-eased')
  if (eased) tell(`After ${after(eased.at)} the coach made it easier: ${eased.what}`, [eased])

  const reached = (name: (typeof milestoneNames)[number]) => all('milestone-reached').find(({ milestone }) => milestone === name)
  const mitigated = reached('mitigated')
  if (mitigated) tell(`The incident was mitigated after ${after(mitigated.at)}: ${mitigated.evidence}.`, [mitigated], 'good')
  const recovered = reached('recovered')
  if (recovered) tell(`Users were served well again after ${after(recovered.at)}.`, [recovered], 'good')
  else tell('The drill ended before users were served well again.', [], 'bad')

  const { failed, slow, good } = state.harm
  const sum = failed + slow + good
  if (sum > 0)
    tell(
      `Of ${sum} requests of users, ${failed} failed and ${slow} were slow.`,
      events.filter(({ type }) => type === 'harm-measured').slice(-1),
      failed + slow > 0 ? 'bad' : 'good',
    )
  const ended = first('drill-finished')
  if (ended && ended.outcome !== 'resolved')
    tell(
      ended.outcome === 'time-up' ? `Time was up after ${after(ended.at)}.` : `The drill was ended by hand after ${after(ended.at)}.`,
      [ended],
      'bad',
    )
  return story
}
