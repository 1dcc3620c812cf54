import type { DrillEvent, DrillState } from '../../../../../model/drill.ts'
import type { Urgency } from '../../../../../model/scenario.ts'
import type { JudgedHandover } from '../../../../../people/handover.ts'
import type { Debrief } from '../debrief.ts'

export interface ShiftIncident {
  place: number
  /** By which it was known; null for one that never paged. */
  number: number | null
  urgency: Urgency
  why: string
  /** When it began, in milliseconds since the epoch. */
  beganAt: number
  debrief: Omit<Debrief, 'events' | 'tries' | 'handovers' | 'communication' | 'again'>
}

/** What is told of a shift once it is over, as the API answers. */
export interface ShiftDebrief {
  drill: DrillState
  shift: string
  title: string
  /** Markdown by the shift's author. */
  text: string
  total: number
  /** The mean of the incidents' scores is the rest of it. */
  triage: { points: number; of: number; findings: { ok: boolean; share: number; text: string }[] }
  handover: { points: number; of: number; detail: string }
  incidents: ShiftIncident[]
  /** Titles of incidents for which the shift did not last. */
  missed: string[]
  /** Titles of slow burns that were fixed while they were tickets. */
  forestalled: string[]
  noise: { what: string; at: number | null; pages: number }[]
  communication: Debrief['communication']
  handovers: JudgedHandover[]
  events: DrillEvent[]
}
