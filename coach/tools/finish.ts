import { z } from 'zod'
import { coachTool } from './tool.ts'

export const finish = coachTool({
  name: 'finish',
  description: 'Ends the drill, when every milestone is reached.',
  input: z.strictObject({}),
  perMinute: 1,
  refuse: (view) => (view.working === null ? null : 'milestones are missing'),
  run: (desk) => desk.finish(),
})
