import { elapsed } from '../model/duration.ts'
import { drillClock, type DrillEvent, type DrillState } from '../model/drill.ts'
import { pinsOf } from '../drills/pins.ts'
import { eventInWords } from '../drills/postmortem.ts'
import type { DrillGraph } from './drill-graphs.ts'
import type { Debrief } from '../model/debrief.ts'
import { escapeMarkup } from '../model/markup.ts'

const style = `
:root { color-scheme: light; font: 15px/1.5 Inter, system-ui, sans-serif; color: #171b22 }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word }
h1 { margin: 0 } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem } h3 { margin: 1.2rem 0 .3rem; font-size: 1rem } .quiet { color: #566070 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #dfe3e8 }
time { font-variant-numeric: tabular-nums } svg { max-width: 100%; height: auto } figure { margin: 1rem 0; break-inside: avoid }
.bad { color: #b3202f } .good { color: #0f6b45 } .score { font-size: 1.6rem; font-weight: 700 } li { margin: .15rem 0; overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none } h2, h3 { break-after: avoid } tr { break-inside: avoid } }`

export interface Pictures {
  /** Graphs of the golden signals over the drill. */
  graphs: readonly DrillGraph[]
  /** Graphs that were pinned. */
  pinned: readonly DrillGraph[]
}

/** The frame of a single-file debrief: it needs no server, no script and no other file, and can be printed. */
export const debriefPage = (title: string, { startedAt, trainee, mode }: DrillState, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Debrief: ${escapeMarkup(title)}</title><style>${style}</style></head><body>
<h1>Debrief: ${escapeMarkup(title)}</h1>
<p class="quiet">${escapeMarkup(new Date(startedAt).toISOString().slice(0, 16).replace('T', ' '))} UTC · ${escapeMarkup(trainee)} · ${mode}</p>
${body}
</body></html>
`

/** A section; empty if its body is. */
export const section = (title: string, body: string, level: 'h2' | 'h3' = 'h2'): string =>
  body === '' ? '' : `<section><${level}>${escapeMarkup(title)}</${level}>${body}</section>`

/** A table whose cells are HTML already; the first cell of a row is its heading. */
export const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = (row: readonly string[]) =>
    row.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')
  return `<table><tr>${columns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`
}

/** A picture with its title, as HTML. */
export const figure = ({ svg, title }: DrillGraph): string =>
  `<figure>${svg}<figcaption class="quiet">${escapeMarkup(title)}</figcaption></figure>`

/** A moment, on the clock of a drill. */
export const clockOf =
  (drill: DrillState) =>
  (ms: number): string =>
    elapsed(drillClock(drill, ms))

/** The story of a drill, as an ordered list. */
export const storyList = ({ story }: Pick<Debrief, 'story'>): string =>
  `<ol>${story.map(({ text, tone }) => `<li class="${tone}">${escapeMarkup(text)}</li>`).join('')}</ol>`

/** When each milestone was reached, on the clock of the drill, beside the reference time. */
export function referenceTable({ drill, reference }: Pick<Debrief, 'drill' | 'reference'>): string {
  const at = clockOf(drill)
  return table(
    ['milestone', 'reached', 'reference'],
    reference.map(({ milestone, parMs }) => {
      const reached = drill.milestones[milestone]
      return [milestone, reached === null ? 'not reached' : at(reached), elapsed(parMs)]
    }),
  )
}

/** The cause, and what its author would have done about it. */
export const answerOf = ({ cause, solution }: Pick<Debrief, 'cause' | 'solution'>): string =>
  `<p>It was <b>${escapeMarkup(cause.component)}</b>, ${escapeMarkup(cause.category)}.</p><ol>${solution
    .map(
      ({ action, terminal, why }) =>
        `<li><b>${escapeMarkup(action?.replaceAll('-', ' ') ?? `$ ${terminal}`)}</b>: ${escapeMarkup(why)}</li>`,
    )
    .join('')}</ol>`

/** Each line of the score; one that only costs points has no “of”. */
export const scoreTable = ({ score }: Pick<Debrief, 'score'>): string =>
  table(
    ['what', 'points', 'note'],
    score.lines.map((line) => [
      escapeMarkup(line.what),
      line.of > 0 ? `${line.points} of ${line.of}` : String(line.points),
      escapeMarkup(line.detail),
    ]),
  )

/** What was pinned, as it was at the time. */
export function seen(events: readonly DrillEvent[], drill: DrillState, { pinned }: Pictures): string {
  const at = clockOf(drill)
  const pictures = new Map(pinned.map((graph) => [graph.file, graph]))
  return pinsOf(events)
    .map((note) => pinOf(note, at(note.at), pictures.get(note.file ?? '')))
    .join('')
}

/** Each event that is of interest to readers; in a shift, with the number of its incident. */
export function timelineTable(events: readonly DrillEvent[], drill: DrillState): string {
  const at = clockOf(drill)
  return table(
    ['after', 'what'],
    events.flatMap((event) => {
      const words = eventInWords(event)
      if (words === null) return []
      const of = 'incident' in event && event.incident !== undefined ? `Incident ${event.incident}: ` : ''
      return [[`<time>${at(event.at)}</time>`, escapeMarkup(`${of}${words}`)]]
    }),
  )
}

function pinOf({ text, by, pin }: ReturnType<typeof pinsOf>[number], after: string, picture: DrillGraph | undefined): string {
  const facts = pin.facts.length > 0 ? `<ul class="quiet">${pin.facts.map((fact) => `<li>${escapeMarkup(fact)}</li>`).join('')}</ul>` : ''
  return `<p><time>${after}</time> ${by ? `<b>${escapeMarkup(by)}:</b> ` : ''}${escapeMarkup(text)} <span class="quiet">(${pin.kind}: ${escapeMarkup(pin.title)})</span></p>${picture ? figure(picture) : ''}${facts}`
}
