import { z } from 'zod'
import { coachTool } from './tool.ts'

export const pause = coachTool({
  name: 'pause',
  description: 'Stops the clock for a talk or a break, once in a drill, when the trainee asked for it.',
  input: z.strictObject({}),
  perMinute: 1,
  refuse(view) {
    if (view.mode !== 'learning') return 'an assessment is not paused'
    if (view.paused) return 'it is paused'
    if (view.pausesByCoach > 0) return 'it was paused before'
    const asked = view.talk.findLast(({ who }) => who === 'trainee')?.text ?? ''
    return /\b(?:pause|break|stop|wait|hold on|interrupt)/i.test(asked) ? null : 'the trainee did not ask for it'
  },
  run: (desk) => desk.pause(),
})
