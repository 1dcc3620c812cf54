import { z } from 'zod'
import { coachTool, whenPolicy } from './tool.ts'

export const extendTime = coachTool({
  name: 'extend_time',
  description: 'Gives more time, when little is left and the trainee is at it.',
  input: z.strictObject({}),
  perMinute: 1,
  refuse: whenPolicy('extend'),
  run: (desk) => desk.extend(),
})
