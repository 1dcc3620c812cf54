import { z } from 'zod'

/** Environment variables as typed values; a service with invalid ones says so and exits. */
export function readConfig<Shape extends z.ZodRawShape>(shape: Shape): z.output<z.ZodObject<Shape>> & BaseConfig {
  const parsed = z.object({ ...baseShape, ...shape }).safeParse(process.env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    process.stderr.write(`${JSON.stringify({ level: 'fatal', message: `bad configuration: ${problems.join('; ')}` })}\n`)
    process.exit(78)
  }
  // Safe: the schema is exactly the two shapes together.
  return parsed.data as z.output<z.ZodObject<Shape>> & BaseConfig
}

const baseShape = {
  SERVICE_NAME: z.string(),
  SERVICE_VERSION: z.string(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int(),
  /** The file of feature flags to follow, if there is one. */
  FLAGS_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
}
export type BaseConfig = z.output<z.ZodObject<typeof baseShape>>

export const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(600_000).default(fallback)
export const poolSize = (fallback: number) => z.coerce.number().int().min(1).max(100).default(fallback)
