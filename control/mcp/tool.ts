import { z } from 'zod'
import type { ApiClient } from '../../model/client.ts'
import { FiredrillError } from '../../model/errors.ts'

/** The API with a trainee's rights. Every tool uses only this, so that an agent can do and see what a trainee can, and no more. */
export type TraineeApi = ApiClient

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  /** It changes neither the shop nor the drill. */
  readOnly: boolean
  /** Parameters whose text is literal. */
  verbatim?: readonly string[]
  run(api: TraineeApi, input: z.output<Input>): Promise<unknown>
}

/** A tool as the server lists it. */
// Safe: the caller of a tool has parsed its input with the tool's own schema.
export const defineTool = <Input extends z.ZodObject>(tool: Tool<Input>): Tool => tool as unknown as Tool

export const nothing = z.object({})
/** A parameter for how many are wanted: up to `most`, and 20 of them at most unless more are asked for. */
export const limit = (most: number) => z.number().int().min(1).max(most).default(Math.min(20, most))

/** The id of the drill that runs. Throws `wrong-state` where none does. */
export async function running(api: TraineeApi): Promise<string> {
  const { running: id } = await api.get('/api/drills')
  if (id === null) throw new FiredrillError('wrong-state', 'no drill is running: start one with start_drill')
  return id
}
