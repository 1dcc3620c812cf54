import { z } from 'zod'
import type { ApiClient } from '../../model/client.ts'
import { FiredrillError } from '../../model/errors.ts'

/** The API as a trainee may use it. Whatever a tool does goes through it, so that an agent can do and see what a trainee can, and no more. */
export type TraineeApi = ApiClient

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  /** Nothing of the shop or of the drill changes by it. */
  readOnly: boolean
  /** Parameters whose text is taken as it stands. */
  verbatim?: readonly string[]
  run(api: TraineeApi, input: z.output<Input>): Promise<unknown>
}

/** A tool as the server lists it. */
// Safe: whoever calls a tool has parsed its input by its own schema.
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
