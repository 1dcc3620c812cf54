import type { z } from 'zod'
import { FiredrillError, type ErrorCode } from './errors.ts'

/**
 * Parses external input, such as another program's answer, a file or a row, with a schema. Throws a `FiredrillError` that names the source and the
 * first mistake; its code is `component-failed` unless another is given.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: string,
  code: ErrorCode = 'component-failed',
): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.map(String).join('.')})`
  throw new FiredrillError(code, `${source} is not as expected${where}: ${issue?.message ?? 'it cannot be read'}`, { cause: read.error })
}

/** As `checked`, for a JSON text. */
export function checkedJson<Schema extends z.ZodType>(schema: Schema, text: string, source: string, code?: ErrorCode): z.output<Schema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new FiredrillError(code ?? 'component-failed', `${source} is not JSON`, { cause: error })
  }
  return checked(schema, value, source, code)
}
