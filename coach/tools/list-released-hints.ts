import { z } from 'zod'
import { always, coachTool } from './tool.ts'

export const listReleasedHints = coachTool({
  name: 'list_released_hints',
  description: 'The hints that the trainee was given.',
  input: z.strictObject({}),
  perMinute: 12,
  refuse: always,
  run: (desk) => ({ hints: desk.view().hints }),
})
