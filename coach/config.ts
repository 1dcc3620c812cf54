import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError, describeError } from '../model/errors.ts'

/** The model that words the coach's messages. Without one, the words are those of the scenario's author and the policy. */
export const coachConfig = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('openai-compatible'),
    /** Including the version, such as `http://127.0.0.1:11434/v1`. */
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
  /** A GGUF file, run in a process beside the control plane. */
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

/** Stored with the range, readable only by its user: it may contain a key. */
export function writeCoachConfig(dir: string, config: CoachConfig | null): void {
  const file = configFile(dir)
  if (config === null) return rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}
