import { handoverFields, noteOf, type HandoverNote } from '../model/handover.ts'
import type { DrillEvent, DrillState, UserHarm } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { doneBy, neverDone, type Done } from './handover-done.ts'
import {
  beganBefore,
  causeSaid,
  firstSentence,
  handoverRules,
  journeysHurt,
  saysHowMany,
  saysSince,
  utc,
  type Began,
  type HandoverRule,
} from './handover-rules.ts'
import { claimsEnd, sentences } from './update-rules.ts'
import type { HandoverFinding, JudgedHandover } from '../model/debrief.ts'

/** What was true at a moment. */
interface Truth {
  began: Began
  journeys: readonly string[]
  pages: readonly { name: string; summary: string }[]
  harm: UserHarm
  done: readonly Done[]
  /** Causes that had been named wrongly. */
  ruledOut: readonly string[]
  diagnosed: boolean
  mitigated: boolean
  recovered: boolean
}

export type WrittenHandover = Extract<DrillEvent, { type: 'handover-written' }>

/** A drill's notes, oldest first. */
export const handoversIn = (events: readonly DrillEvent[]): WrittenHandover[] =>
  events.filter((event): event is WrittenHandover => event.type === 'handover-written')

/** Every handover note of a drill, compared with what was true when it was written: by rules alone, and without points. */
export function judgeHandovers(state: DrillState, events: readonly DrillEvent[], scenario: Scenario): JudgedHandover[] {
  return handoversIn(events).map((event) => {
    const note = noteOf(event)
    const truth = truthAt(event.at, state, events, scenario)
    const findings = findingsOf(note, truth, events, scenario)
    const better = findings.every(({ ok }) => ok) ? null : betterNote(truth, scenario)
    return { at: event.at, by: event.by ?? null, note, findings, better }
  })
}

function truthAt(at: number, state: DrillState, events: readonly DrillEvent[], scenario: Scenario): Truth {
  const past = events.filter((event) => event.at <= at)
  const pages = past.flatMap((event) => (event.type === 'page-received' ? [event.alert] : []))
  const reached = (moment: number | null): boolean => moment !== null && moment <= at
  const { diagnosed, mitigated, recovered } = state.milestones
  return {
    began: beganBefore(state, past.find(({ type }) => type === 'fault-injected')?.at ?? null, at),
    journeys: journeysHurt(
      scenario,
      pages.map(({ name }) => name),
    ),
    pages,
    harm: past.flatMap((event) => (event.type === 'harm-measured' ? [event.harm] : [])).at(-1) ?? { good: 0, slow: 0, failed: 0 },
    done: doneBy(events, at),
    ruledOut: past.flatMap((event) => (event.type === 'cause-named' && !event.correct ? [`${event.component} (${event.category})`] : [])),
    diagnosed: reached(diagnosed),
    mitigated: reached(mitigated),
    recovered: reached(recovered),
  }
}

function findingsOf(note: HandoverNote, truth: Truth, events: readonly DrillEvent[], scenario: Scenario): HandoverFinding[] {
  const { began, journeys, done } = truth
  const all = handoverFields.map((name) => note[name]).join('. ')
  const state = `${note.broken}. ${note.hurt}. ${note.since}`
  const since = saysSince(note.since, began) ?? saysSince(state, began)
  const missing = done.filter((each) => !each.isListed(all))
  const invented = neverDone(
    handoverFields.flatMap((name) => sentences(note[name])),
    events,
    began.at,
  )
  const finding = (rule: HandoverRule, ok: boolean, said: string | null): HandoverFinding => ({
    rule,
    title: handoverRules[rule],
    ok,
    note: ok ? null : said,
  })
  const list = (items: readonly string[]): string => new Intl.ListFormat('en').format(items)
  const cause = causeSaid(all, scenario, truth.diagnosed)
  return [
    ...(journeys.length > 0
      ? [
          finding(
            'broken',
            journeys.some((phrase) => state.toLowerCase().includes(phrase.toLowerCase())),
            hurtInWords(truth, scenario),
          ),
        ]
      : []),
    finding('hurt', saysHowMany(`${note.broken}. ${note.hurt}`), harmInWords(truth.harm)),
    finding('since', since === 'right', `${since === null ? 'it does not say: ' : ''}it began at ${utc(began.from)}`),
    finding('cause', cause.ok, cause.note),
    finding('tried', missing.length === 0, `not listed: ${list(missing.map(({ words }) => words))}`),
    finding('doing', says(note.doing), null),
    finding('next', says(note.next), null),
    ...(invented.length > 0 ? [finding('undone', false, `${list(invented)} was not done`)] : []),
    ...(!truth.mitigated && claimsEnd(all) ? [finding('over', false, 'users were still hurt')] : []),
  ]
}

/** Whether a text is useful: a single word says nothing. */
const says = (text: string): boolean => text.split(/\s+/).filter(Boolean).length >= 2

const hurtInWords = ({ pages }: Pick<Truth, 'pages'>, { people, summary }: Scenario): string =>
  people?.hurt ?? pages[0]?.summary ?? firstSentence(summary)

function harmInWords({ good, slow, failed }: UserHarm): string {
  const all = good + slow + failed
  return all === 0 ? 'nothing had been counted yet' : `${failed} requests had failed and ${slow} were slow, of ${all} so far`
}

/** A note with everything that was known when it was written, and nothing else. */
function betterNote(truth: Truth, scenario: Scenario): HandoverNote {
  const { began, done, ruledOut, diagnosed, mitigated, recovered } = truth
  const { component, category } = scenario.cause
  const wrong = ruledOut.length === 0 ? '' : ` Ruled out: ${[...new Set(ruledOut)].join(', ')}.`
  const cause = diagnosed ? `The cause: ${component}, ${category}.` : `The cause is not known yet.${wrong}`
  const harm = harmInWords(truth.harm)
  return {
    broken: `${hurtInWords(truth, scenario)}. ${cause}`,
    hurt: `${harm.charAt(0).toUpperCase()}${harm.slice(1)}.`,
    since: `About ${utc(began.from)}.`,
    tried: done.length === 0 ? 'Nothing was changed yet.' : `${done.map(({ at, words }) => `${utc(at)}: ${words}`).join('; ')}.`,
    doing: recovered
      ? 'Users are served again. Nobody is working on it any more.'
      : mitigated
        ? 'Watching the recovery.'
        : diagnosed
          ? 'Working on the fix.'
          : 'Looking for the cause.',
    next: recovered
      ? 'Write the postmortem, and look for data that has to be corrected.'
      : mitigated
        ? 'Wait until every page is resolved. Then look for data that has to be corrected.'
        : diagnosed
          ? 'Apply the fix, and watch what users notice.'
          : 'Follow a request that went wrong to the part where it stops. Change nothing before that.',
  }
}
