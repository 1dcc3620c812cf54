import { faultById, lackedFor } from '../drills/faults/registry.ts'
import { FiredrillError } from '../model/errors.ts'
import type { AnyFault } from '../model/fault.ts'
import { featuresInWords, type Range, type RangeFeature } from '../model/range.ts'
import { parseParams } from './fault-params.ts'
import { targetOf } from './fault-target.ts'

/** A fault that has been asked for, with all that its parameters decide: they are parsed once. */
export interface ResolvedFault {
  fault: AnyFault
  /** As the fault's schema returns them, with defaults. */
  params: unknown
  /** What the fault acts on (`targetOf`). */
  target: string
  /** What it needs with these parameters and the range lacks; empty if it can be injected. */
  lacked: readonly RangeFeature[]
}

/** Throws `not-found` for an id that no fault has, and `bad-request`, naming the parameter, for parameters that the fault does not take. */
export function resolveFault(id: string, rawParams: unknown, range: Pick<Range, 'lacks'>): ResolvedFault {
  const fault = faultById(id)
  const params = parseParams(fault, rawParams)
  return { fault, params, target: targetOf(fault, params), lacked: lackedFor(fault, params, range) }
}

/** Throws `unsupported`, naming what is missing, for a fault that this range cannot have. */
export function requireSupported({ fault, lacked }: Pick<ResolvedFault, 'fault' | 'lacked'>): void {
  if (lacked.length > 0)
    throw new FiredrillError('unsupported', `${fault.id} cannot be injected where the shop runs: the range has ${featuresInWords(lacked)}`)
}
