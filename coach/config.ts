import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError, describeError } from '../model/errors.ts'

/** Which model words what the coach says. Without one, the scenario's author and the policy do. */
export const coachConfig = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('openai-compatible'),
    /** With its version, as `http://127.0.0.1:11434/v1`. */
    url: z.url({ protocol: /^https?$/ }),
    model: z.string().min(1),
    apiKey: z.string().optional(),
    /** Whether the model can call tools; small ones answer better without. */
    tools: z.boolean().default(true),
  }),
  z.strictObject({
    provider: z.literal('anthropic'),
    model: z.string().min(1),
    apiKey: z.string().min(1),
    url: z.url({ protocol: /^https?$/ }).optional(),
    tools: z.boolean().default(true),
  }),
  /** A GGUF file, in a process beside the control plane. */
  z.strictObject({
    provider: z.literal('local'),
    /** The folder into which `node-llama-cpp` was installed. */
    library: z.string(),
    file: z.string(),
  }),
])
export type CoachConfig = z.infer<typeof coachConfig>

const configFile = (dir: string): string => path.join(dir, 'coach.json')

export function readCoachConfig(dir: string): CoachConfig | null {
  const file = configFile(dir)
  if (!existsSync(file)) return null
  try {
    return coachConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new FiredrillError('bad-request', `${file}: ${describeError(error)}: set it again with 'firedrill coach use'`, { cause: error })
  }
}

/** Kept with the range, for nobody else to read: there may be a key in it. */
export function writeCoachConfig(dir: string, config: CoachConfig | null): void {
  const file = configFile(dir)
  if (config === null) return rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}
