import type { CoachView } from './view.ts'

/** A drill in its second minute in which nobody has done anything yet: to try or test a model without a drill. */
export const sampleView: CoachView = {
  mode: 'learning',
  coach: 'auto',
  elapsedMs: 60_000,
  limitMs: 1_200_000,
  paused: false,
  milestones: { acknowledged: null, located: null, diagnosed: null, mitigated: null, recovered: null },
  working: 'acknowledged',
  page: 'Browsing is slow',
  hints: [],
  timeline: [],
  talk: [],
  mayNow: 'wait',
  mayIfAsked: 'wait',
  pausesByCoach: 0,
}
