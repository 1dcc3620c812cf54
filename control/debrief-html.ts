import { elapsed } from '../model/duration.ts'
import { drillClock, type DrillEvent } from '../model/drill.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { pinsOf } from '../drills/pins.ts'
import { eventInWords } from '../drills/postmortem.ts'
import type { Debrief } from './debrief.ts'
import type { DrillGraph } from './drill-graphs.ts'

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign)

const style = `
:root { color-scheme: light; font: 15px/1.5 Inter, system-ui, sans-serif; color: #171b22 }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word }
h1 { margin: 0 } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem } .quiet { color: #566070 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #dfe3e8 }
time { font-variant-numeric: tabular-nums } svg { max-width: 100%; height: auto } figure { margin: 1rem 0; break-inside: avoid }
.bad { color: #b3202f } .good { color: #0f6b45 } .score { font-size: 1.6rem; font-weight: 700 } li { margin: .15rem 0; overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr { break-inside: avoid } }`

interface Pictures {
  /** Of the golden signals over the drill. */
  graphs: readonly DrillGraph[]
  /** Of what was pinned. */
  pinned: readonly DrillGraph[]
}

/** A debrief as one file: it needs no server, no script and no other file, and can be printed. Times are of the drill's own clock. */
export function debriefHtml(debrief: Debrief, scenario: Scenario, { graphs, pinned: drawn }: Pictures): string {
  const { drill, score, story, events } = debrief
  const at = (ms: number): string => elapsed(drillClock(drill, ms))
  const section = (title: string, body: string): string => (body === '' ? '' : `<section><h2>${escape(title)}</h2>${body}</section>`)
  const rows = (cells: readonly (readonly string[])[]): string =>
    cells
      .map((row) => `<tr>${row.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`)
      .join('')
  const head = (...names: string[]): string => `<tr>${names.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>`
  const figure = ({ svg, title }: DrillGraph): string => `<figure>${svg}<figcaption class="quiet">${escape(title)}</figcaption></figure>`
  const pictures = new Map(drawn.map((graph) => [graph.file, graph]))
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Debrief: ${escape(debrief.title)}</title><style>${style}</style></head><body>
<h1>Debrief: ${escape(debrief.title)}</h1>
<p class="quiet">${escape(new Date(drill.startedAt).toISOString().slice(0, 16).replace('T', ' '))} UTC · ${escape(drill.trainee)} · ${drill.mode}</p>
<p><span class="score">${score.total}</span> of 100, ${score.assisted ? 'assisted' : 'unassisted'}</p>
${section('What happened', `<ol>${story.map(({ text, tone }) => `<li class="${tone}">${escape(text)}</li>`).join('')}</ol>`)}
${section('What users felt', graphs.map(figure).join(''))}
${section(
  'Against the reference',
  `<table>${head('milestone', 'reached', 'reference')}${rows(
    milestoneNames.map((name) => {
      const reached = drill.milestones[name]
      return [name, reached === null ? 'not reached' : at(reached), elapsed(scenario.milestones[name].par)]
    }),
  )}</table>`,
)}
${section(
  'The answer',
  `<p>It was <b>${escape(debrief.cause.component)}</b>, ${escape(debrief.cause.category)}.</p><ol>${debrief.solution
    .map(({ action, terminal, why }) => `<li><b>${escape(action?.replaceAll('-', ' ') ?? `$ ${terminal}`)}</b>: ${escape(why)}</li>`)
    .join('')}</ol>`,
)}
${section('Score', `<table>${head('what', 'points', 'note')}${rows(score.lines.map((line) => [escape(line.what), line.of > 0 ? `${line.points} of ${line.of}` : String(line.points), escape(line.detail)]))}</table>`)}
${section(
  'What was seen',
  pinsOf(events)
    .map((note) => pinned(note, at(note.at), pictures.get(note.file ?? ''), figure))
    .join(''),
)}
${section(
  'Timeline',
  `<table>${head('after', 'what')}${rows(
    events.flatMap((event: DrillEvent) => {
      const words = eventInWords(event)
      return words === null ? [] : [[`<time>${at(event.at)}</time>`, escape(words)]]
    }),
  )}</table>`,
)}
</body></html>
`
}

function pinned(
  { text, by, pin }: ReturnType<typeof pinsOf>[number],
  after: string,
  picture: DrillGraph | undefined,
  figure: (graph: DrillGraph) => string,
): string {
  const facts = pin.facts.length > 0 ? `<ul class="quiet">${pin.facts.map((fact) => `<li>${escape(fact)}</li>`).join('')}</ul>` : ''
  return `<p><time>${after}</time> ${by ? `<b>${escape(by)}:</b> ` : ''}${escape(text)} <span class="quiet">(${pin.kind}: ${escape(pin.title)})</span></p>${picture ? figure(picture) : ''}${facts}`
}
