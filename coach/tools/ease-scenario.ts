import { z } from 'zod'
import { coachTool, whenPolicy } from './tool.ts'

export const easeScenario = coachTool({
  name: 'ease_scenario',
  description: 'Makes the scenario easier, as far as its author allows, when every hint of the step was given.',
  input: z.strictObject({}),
  perMinute: 1,
  refuse: whenPolicy('ease'),
  run: (desk) => desk.ease(),
})
