import { randomBytes } from 'node:crypto'

/** For tests: the clock as OTLP has it, in nanoseconds since the epoch. */
export const nowNano = (): bigint => BigInt(Date.now()) * 1_000_000n
/** A new id of so many bytes, in hexadecimal. */
export const newId = (bytes: number): string => randomBytes(bytes).toString('hex')

/** A good span of now, in OTLP's JSON; `fields` are instead of its own. */
export const spanJson = (fields: object = {}) => ({
  traceId: newId(16),
  spanId: newId(8),
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: String(nowNano()),
  endTimeUnixNano: String(nowNano() + 5_000_000n),
  ...fields,
})
