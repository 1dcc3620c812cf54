import { randomBytes } from 'node:crypto'

/** For tests: the time in OTLP's form, in nanoseconds since the epoch. */
export const nowNano = (): bigint => BigInt(Date.now()) * 1_000_000n
/** A new id with this many bytes, in hexadecimal. */
export const newId = (bytes: number): string => randomBytes(bytes).toString('hex')

/** A valid current span, in OTLP's JSON; `fields` replace its own. */
export const spanJson = (fields: object = {}) => ({
  traceId: newId(16),
  spanId: newId(8),
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: String(nowNano()),
  endTimeUnixNano: String(nowNano() + 5_000_000n),
  ...fields,
})
