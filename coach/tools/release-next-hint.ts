import { z } from 'zod'
import { coachTool } from './tool.ts'

export const releaseNextHint = coachTool({
  name: 'release_next_hint',
  description: 'Gives the trainee the next hint of the step, when the policy allows it. Only when the trainee wants help.',
  input: z.strictObject({}),
  perMinute: 2,
  refuse: (view) => (view.mayIfAsked === 'hint' ? null : `the policy says ${view.mayIfAsked}`),
  run: (desk) => desk.releaseHint(),
})
