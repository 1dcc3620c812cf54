import { elapsed } from '../model/duration.ts'
import { drillClock, type DrillEvent } from '../model/drill.ts'
import { handoverInWords } from '../model/handover.ts'
import {
  answerOf,
  clockOf,
  debriefPage,
  figure,
  referenceTable,
  scoreTable,
  section,
  seen,
  storyList,
  table,
  timelineTable,
  type Pictures,
} from './debrief-parts.ts'
import type { JudgedHandover, ShiftDebrief, ShiftIncidentDebrief } from '../model/debrief.ts'
import { escapeMarkup } from '../model/markup.ts'

/** The debrief of a shift as one file: by incident, with the order in which they were handled, the noise, and the handover note. */
export function shiftDebriefHtml(debrief: ShiftDebrief, events: readonly DrillEvent[], pictures: Pictures): string {
  const { drill, title, total, triage, handover, incidents, missed, forestalled } = debrief
  const none = incidents.length + forestalled.length === 0 ? '<p>No incident began in this shift.</p>' : ''
  const early =
    forestalled.length === 0
      ? ''
      : `<p>You fixed it while it was only a ticket, and it never paged: ${escapeMarkup(new Intl.ListFormat('en').format(forestalled))}.</p>`
  const left =
    missed.length === 0
      ? ''
      : `<p class="quiet">The shift was over before they began: ${escapeMarkup(new Intl.ListFormat('en').format(missed))}.${drill.outcome === 'given-up' ? ' Since it was ended early, each counts as zero.' : ''}</p>`
  const rest = { points: total - triage.points - handover.points, of: 100 - triage.of - handover.of }
  return debriefPage(
    title,
    drill,
    [
      `<p><span class="score">${total}</span> of 100: ${Object.entries({ incidents: rest, triage, 'handing over': handover })
        .map(([what, { points, of }]) => `${what} ${points} of ${of}`)
        .join(', ')}</p>`,
      section('Incidents', `${none}${early}${incidents.length === 0 ? '' : overview(debrief)}${left}`),
      section('Triage', triageIn(debrief)),
      section('Noise', noiseOf(debrief)),
      section('Handing over', handedOver(debrief)),
      ...incidents.map(incidentOf),
      section('What users felt', pictures.graphs.map(figure).join('')),
      section('What was seen', seen(events, drill, pictures)),
      section('Timeline', timelineTable(events, drill)),
    ].join('\n'),
  )
}

const outcomes = { resolved: 'resolved', 'time-up': 'not resolved: time was up', 'given-up': 'not resolved' }

const nameOf = ({ number, debrief }: ShiftIncidentDebrief): string =>
  `${number === null ? 'Never paged' : `Incident ${number}`}: ${debrief.title}`

/** Each incident in one line. */
function overview({ drill, incidents }: ShiftDebrief): string {
  const at = clockOf(drill)
  return table(
    ['incident', 'began after', 'urgency', 'outcome', 'score'],
    incidents.map((incident) => [
      escapeMarkup(nameOf(incident)),
      at(incident.beganAt),
      incident.urgency,
      outcomes[incident.debrief.drill.outcome ?? 'given-up'],
      String(incident.debrief.score.total),
    ]),
  )
}

/** Everything about one incident; times are on its own clock. */
function incidentOf(incident: ShiftIncidentDebrief): string {
  const { urgency, why, debrief } = incident
  const { total, assisted } = debrief.score
  return section(
    nameOf(incident),
    [
      `<p><b>${total}</b> of 100, ${assisted ? 'assisted' : 'unassisted'}. <b>Urgency: ${urgency}.</b> ${escapeMarkup(why)}</p>`,
      section('What happened', storyList(debrief), 'h3'),
      section('Against the reference', referenceTable(debrief), 'h3'),
      section('The answer', answerOf(debrief), 'h3'),
      section('Score', scoreTable(debrief), 'h3'),
    ].join('\n'),
  )
}

const triageIn = ({ triage: { findings } }: ShiftDebrief): string =>
  findings.length === 0
    ? '<p>No two incidents of different urgency were open at the same time, and no noise paged: there was nothing to choose.</p>'
    : `<ul>${findings.map(({ ok, text }) => `<li class="${ok ? 'good' : 'bad'}">${escapeMarkup(text)}</li>`).join('')}</ul>`

function noiseOf({ drill, noise }: ShiftDebrief): string {
  if (noise.length === 0) return ''
  const rows = noise.map(({ what, at, pages }) => [
    at === null ? '–' : `<time>${elapsed(drillClock(drill, at))}</time>`,
    escapeMarkup(what),
    at === null ? 'it did not come' : pages === 0 ? 'none' : String(pages),
  ])
  return table(['after', 'it needed nobody', 'pages'], rows)
}

function handedOver({ drill, handovers, handover }: ShiftDebrief): string {
  const at = clockOf(drill)
  const points = `<p class="quiet">${handover.points} of ${handover.of} points: ${escapeMarkup(handover.detail)}.</p>`
  return `${points}${handovers.map((note) => noteOf(note, at(note.at))).join('')}`
}

/** A note, and where it says something wrong, or nothing. */
function noteOf({ by, note, findings }: JudgedHandover, after: string): string {
  const missing = findings.flatMap(({ title, note: truth }) =>
    truth === null ? [] : [`<li class="bad">${escapeMarkup(`${title}: ${truth}.`)}</li>`],
  )
  return `<p><time>${after}</time> ${by ? `<b>${escapeMarkup(by.name)}:</b> ` : ''}${escapeMarkup(handoverInWords(note))}</p>${missing.length > 0 ? `<ul>${missing.join('')}</ul>` : ''}`
}
