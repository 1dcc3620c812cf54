import {
  answerOf,
  debriefPage,
  figure,
  referenceTable,
  scoreTable,
  section,
  seen,
  storyList,
  timelineTable,
  type Pictures,
} from './debrief-parts.ts'
import type { Debrief } from '../model/debrief.ts'

/** The debrief of a drill as one file. Times are on the drill's own clock. */
export function debriefHtml(debrief: Debrief, pictures: Pictures): string {
  const { drill, score, events, title } = debrief
  return debriefPage(
    title,
    drill,
    [
      `<p><span class="score">${score.total}</span> of 100, ${score.assisted ? 'assisted' : 'unassisted'}</p>`,
      section('What happened', storyList(debrief)),
      section('What users felt', pictures.graphs.map(figure).join('')),
      section('Against the reference', referenceTable(debrief)),
      section('The answer', answerOf(debrief)),
      section('Score', scoreTable(debrief)),
      section('What was seen', seen(events, drill, pictures)),
      section('Timeline', timelineTable(events, drill)),
    ].join('\n'),
  )
}
