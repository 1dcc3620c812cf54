import { z } from 'zod'
import { coachTool } from './tool.ts'

export const suggestBreakDown = coachTool({
  name: 'suggest_break_down',
  description: 'Asks the trainee a question that cuts the problem in two. A question, never an answer.',
  input: z.strictObject({ question: z.string().min(1).max(200).endsWith('?') }),
  perMinute: 1,
  refuse: (view) => (view.page === null ? 'there is no page yet' : view.working === null ? 'every milestone is reached' : null),
  run: (desk, { question }) => desk.say(question),
})
