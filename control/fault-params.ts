import { FiredrillError } from '../model/errors.ts'
import type { AnyFault, FaultRamp } from '../model/fault.ts'

/** Throws `bad-request`, naming the parameter, for params that the fault does not accept. */
export function parseParams(fault: AnyFault, raw: unknown): unknown {
  const parsed = fault.params.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FiredrillError('bad-request', `${fault.id}: ${issue?.path.join('.') || 'params'}: ${issue?.message}`)
}

/** The params with the ramp's parameter at its value after a share (0 to 1) of the ramp's time; whole numbers stay whole. */
export function atRamp(params: unknown, { param, from }: FaultRamp, share: number): Record<string, unknown> {
  const given = params as Record<string, unknown>
  const to = Number(given[param])
  const value = from + (to - from) * share
  return { ...given, [param]: Number.isInteger(from) && Number.isInteger(to) ? Math.round(value) : value }
}
