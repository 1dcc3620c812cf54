import type { DrillEvent } from '../../../model/drill.ts'
import { hintRungs, type HintRung } from '../../../model/scenario.ts'

interface Line {
  id: number
  at: number
  who: 'you' | 'coach' | 'instructor'
  text: string
  /** The kind of help. */
  tag?: string
}

const reasons: Record<string, string> = {
  asked: '',
  struggling: ', unrequested',
  time: ', because time is short',
  instructor: ', from the instructor',
}

/** Which help it is: `hint 2 of 3 for “located”`. */
export const hintName = ({ milestone, rung, reason }: { milestone: string; rung: HintRung; reason: string }): string =>
  `hint ${hintRungs.indexOf(rung) + 1} of ${hintRungs.length} for “${milestone}”${reasons[reason] ?? ''}`

/** In a shift, the incident that it is about. */
const about = ({ incident }: { incident?: number | undefined }): string[] => (incident === undefined ? [] : [`incident ${incident}`])

/** The conversation between the trainee and the coach. A hint that a model has reworded is not repeated. */
export function linesOf(events: readonly DrillEvent[]): Line[] {
  const replies = events.filter((event) => event.type === 'coach-replied')
  const isReworded = (hint: number, asked: number | undefined): boolean =>
    replies.some(({ to, id, words }) => words === 'model' && (to === hint || (to === asked && id > hint)))
  let asked: number | undefined
  const inAnswers = events.flatMap((event) => (event.type === 'coach-replied' && event.words === 'author' ? [event.text] : []))
  return events.flatMap((event): Line[] => {
    const { id, at } = event
    switch (event.type) {
      case 'coach-asked':
        asked = id
        return [{ id, at, who: 'you', text: event.text }]
      case 'coach-replied':
        return [{ id, at, who: 'coach', text: event.text }]
      case 'coach-said': {
        const [tag] = about(event)
        return [{ id, at, who: 'coach', text: event.text, ...(tag === undefined ? {} : { tag }) }]
      }
      case 'scenario-eased':
        return [{ id, at, who: 'coach', text: `I have made it a little easier: ${event.what}` }]
      case 'message-sent':
        return [{ id, at, who: 'instructor', text: event.text }]
      case 'hint-given':
        return isReworded(id, event.reason === 'asked' ? asked : undefined) || inAnswers.includes(event.text)
          ? []
          : [{ id, at, who: 'coach', text: event.text, tag: [...about(event), hintName(event)].join(', ') }]
      default:
        return []
    }
  })
}
