import type { CoachMode, DrillEvent } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { affectedTitles } from '../../../model/affected.ts'
import { handoverInWords } from '../../../model/handover.ts'
import { listInWords } from '../../../people/affected.ts'
import { characters } from '../../../people/characters/registry.ts'
import { ticketsHandled } from '../../../people/ticket-list.ts'

type Sentences = { [Type in DrillEvent['type']]: (event: Extract<DrillEvent, { type: Type }>) => string | null }

/** An event in words, with its incident in a shift; null for those that are of no interest to people. */
export function sentenceOf(event: DrillEvent): string | null {
  // Safe: each sentence is listed under the type of its event. A page that is older than the server may not know a type.
  const tell = sentences[event.type] as ((event: DrillEvent) => string | null) | undefined
  const sentence = tell?.(event) ?? null
  if (sentence === null || !('incident' in event) || event.incident === undefined) return sentence
  return `Incident ${event.incident}: ${sentence}`
}

/** The cost of a quiet time, in words. */
export function priceOfQuiet({ held, missed }: Pick<Extract<DrillEvent, { type: 'quiet-ended' }>, 'held' | 'missed'>): string {
  const list = (items: string[]): string => new Intl.ListFormat('en').format(items)
  const waited = held.map(({ person, waitedMs }) => `${inSentence(characters[person].role)} waited ${elapsed(waitedMs)}`)
  const late = missed.map((person) => inSentence(characters[person].role))
  if (waited.length + late.length === 0) return 'Interruptions are on again. Nobody had to wait.'
  return [
    'Interruptions are on again.',
    ...(waited.length > 0 ? [`Meanwhile ${list(waited)}.`] : []),
    ...(late.length > 0 ? [`An answer for ${list(late)} is overdue.`] : []),
  ].join(' ')
}

/** A role within a sentence: "the support lead". */
const inSentence = (role: string): string => `the ${role.charAt(0).toLowerCase()}${role.slice(1)}`

const coachModes: Record<CoachMode, string> = {
  auto: 'The coach is back.',
  muted: 'The instructor has muted the coach.',
  instructor: 'The instructor has taken over from the coach.',
}

const nothing = () => null

const sentences: Sentences = {
  'drill-started': ({ mode }) => `The drill began (${mode}).`,
  'page-received': ({ alert }) => `Page: ${alert.summary} (${alert.name}).`,
  'page-resolved': ({ alert }) => `Resolved: ${alert.name}.`,
  'page-acknowledged': () => 'The page was acknowledged.',
  'page-escalated': ({ afterMs }) => `Nobody acknowledged the page for ${elapsed(afterMs)}: the secondary on call was paged.`,
  'place-viewed': ({ detail }) => `Looked at ${detail}.`,
  'action-run': ({ title, summary, ok }) => `${title}: ${summary}${ok ? '' : ' (failed)'}`,
  'command-run': ({ command, status }) => `$ ${command}${status === 0 ? '' : ` (exit status ${status})`}`,
  'cause-named': ({ component, category, correct, sentence }) =>
    `Named ${component}, ${category}: ${correct ? 'correct' : 'incorrect'}.${sentence ? ` “${sentence}”` : ''}`,
  'milestone-reached': ({ milestone, evidence }) => `Milestone: ${milestone}; ${evidence}.`,
  'hint-given': ({ rung, text }) => `Hint (${rung}): ${text}`,
  'hint-asked': () => 'Asked for help.',
  'note-added': ({ text }) => `Note: ${text}`,
  'coach-said': ({ text }) => `Coach: ${text}`,
  // Praise needs no sentence of its own.
  'coach-decided': ({ decision, reasons }) =>
    decision === 'encourage' ? null : `The coach decided to ${decision}: ${reasons.join('; ')}.`,
  'coach-asked': ({ text }) => `To the coach: ${text}`,
  'coach-replied': ({ text }) => `Coach: ${text}`,
  'coach-fell-back': ({ why }) => `The model’s answer was withheld: ${why}.`,
  'coach-used-tool': ({ allowed, tool, why }) => `The model ${allowed ? 'used' : 'was refused'} ${tool}: ${why}.`,
  'coach-mode-set': ({ mode }) => coachModes[mode],
  'coach-snoozed': ({ forMs }) => `No unrequested hints for ${elapsed(forMs)}.`,
  'coach-debriefed': nothing,
  'scenario-eased': ({ what }) => `The coach made it easier: ${what}`,
  'message-sent': ({ text }) => `Instructor: ${text}`,
  said: ({ text }) => `“${text}”`,
  'status-posted': ({ audience, status, text }) =>
    audience === undefined || audience === 'customers' ? `Status page, ${status}: ${text}` : `Update for ${audience}, ${status}: ${text}`,
  'handover-written': (note) => `Handover note: ${handoverInWords(note)}`,
  'person-said': ({ person, text }) => `${characters[person].role}: ${text}`,
  'person-asked': ({ person, text }) => `To ${inSentence(characters[person].role)}: ${text}`,
  'question-understood': nothing,
  'person-sent': ({ person }) => `The instructor sent in ${inSentence(characters[person].role)}.`,
  'people-muted': ({ muted }) => (muted ? 'The instructor has muted everybody.' : 'People may speak again.'),
  'quiet-asked': ({ forMs }) => `No interruptions for ${elapsed(forMs)}.`,
  'quiet-ended': priceOfQuiet,
  'ticket-opened': ({ number, translation, text }) => `Ticket ${number}, from a customer: ${translation ?? text}`,
  'tickets-handled': ticketsHandled,
  'affected-listed': ({ kind, listed }) =>
    `Handed in ${listed === 1 ? 'one order' : `${listed} orders`}: ${affectedTitles[kind].toLowerCase()}.`,
  'affected-checked': listInWords,
  'drill-paused': () => 'The clock was stopped.',
  'drill-continued': ({ pausedMs }) => `The clock is running again, after ${elapsed(pausedMs)}.`,
  'time-extended': ({ byMs }) => `${Math.round(byMs / 60_000)} more minutes were given.`,
  'time-skipped': ({ byMs }) => `What was planned next was brought forward by ${elapsed(byMs)}.`,
  'incident-health-changed': nothing,
  'control-resumed': () => 'The control plane was restarted; the drill continues.',
  'fault-injected': ({ fault }) => `Fault ${fault} was injected.`,
  'fault-reverted': ({ fault }) => `Fault ${fault} was reverted.`,
  'drill-finished': ({ outcome }) => `The drill is over: ${outcome}.`,
  'drill-aborted': ({ reason }) => `The drill was aborted: ${reason}.`,
  'drill-voided': ({ reason }) => `The drill is void and counts for nothing: ${reason}.`,
  'range-differed': ({ differences }) => `After the drill, the range is not as it was before: ${differences.join('; ')}.`,
  'health-changed': nothing,
  'harm-measured': nothing,
  // The effect of a tool is an event of its own.
  'tool-called': nothing,
}
