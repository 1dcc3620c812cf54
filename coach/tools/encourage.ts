import { z } from 'zod'
import { coachTool } from './tool.ts'

export const encourage = coachTool({
  name: 'encourage',
  description: 'A sentence that names what went well.',
  input: z.strictObject({ text: z.string().min(1).max(200) }),
  perMinute: 1,
  refuse: (view) => (Object.values(view.milestones).some((at) => at !== null) ? null : 'there is no progress to name yet'),
  run: (desk, { text }) => desk.say(text),
})
