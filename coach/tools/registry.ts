import { easeScenario } from './ease-scenario.ts'
import { encourage } from './encourage.ts'
import { extendTime } from './extend-time.ts'
import { finish } from './finish.ts'
import { getProgress } from './get-progress.ts'
import { getTimeline } from './get-timeline.ts'
import { listReleasedHints } from './list-released-hints.ts'
import { pause } from './pause.ts'
import { releaseNextHint } from './release-next-hint.ts'
import { suggestBreakDown } from './suggest-break-down.ts'
import type { CoachTool } from './tool.ts'

export const coachTools: readonly CoachTool[] = [
  getProgress,
  getTimeline,
  listReleasedHints,
  releaseNextHint,
  encourage,
  extendTime,
  easeScenario,
  pause,
  suggestBreakDown,
  finish,
]
