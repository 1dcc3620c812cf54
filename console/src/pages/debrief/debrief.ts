import type { CheckedList } from '../../../../model/affected.ts'
import type { DrillEvent, DrillState, StatusUpdate } from '../../../../model/drill.ts'
import type { JudgedHandover } from '../../../../people/handover.ts'
import type { MilestoneName } from '../../../../model/scenario.ts'

/** What is told of a drill once it is over, as the API answers. */
export interface Debrief {
  drill: DrillState
  title: string
  score: {
    total: number
    assisted: boolean
    lines: { what: string; points: number; of: number; tookMs: number | null; parMs: number | null; detail: string }[]
  }
  cause: { component: string; category: string }
  places: { view: string; component: string; seen: boolean }[]
  budgetBurnt: number | null
  solution: { action?: string; terminal?: string; params: Record<string, unknown>; why: string }[]
  text: string
  /** By which the same is played again. */
  again: { seed: number; variant: string | null } | null
  reading: { title: string; url: string } | null
  /** What happened, in sentences, each of its events. */
  story: { at: number | null; text: string; tone: 'bad' | 'good' | 'plain'; events: number[] }[]
  /** When the reference solution reaches each milestone, in milliseconds of the drill's clock. */
  reference: { milestone: MilestoneName; parMs: number }[]
  events: DrillEvent[]
  alerts: {
    alerts: { name: string; use: 'actionable' | 'symptom' | 'noise'; pages: number; firstAfterMs: number; firedMs: number }[]
    pages: number
    actionablePages: number
  }
  communication: {
    total: number
    counts: boolean
    updates: (StatusUpdate & {
      points: number
      findings: { rule: string; title: string; points: number; of: number }[]
      better: string | null
    })[]
    missing: number[]
    firstAfterMs: number | null
    summary: string
  } | null
  handovers: JudgedHandover[]
  affected: (CheckedList & { at: number; query: string })[]
  tries: { id: string; at: number; trainee: string; score: number; assisted: boolean }[]
}
