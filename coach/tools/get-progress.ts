import { z } from 'zod'
import { always, coachTool } from './tool.ts'

export const getProgress = coachTool({
  name: 'get_progress',
  description: 'How far the trainee is: milestones, the step that is worked on, the time that is left.',
  input: z.strictObject({}),
  perMinute: 12,
  refuse: always,
  run(desk) {
    const { milestones, working, elapsedMs, limitMs, page } = desk.view()
    return {
      milestones,
      working,
      page,
      elapsedSeconds: Math.round(elapsedMs / 1_000),
      leftSeconds: Math.round((limitMs - elapsedMs) / 1_000),
    }
  },
})
