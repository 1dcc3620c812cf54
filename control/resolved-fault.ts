import { faultById, lackedFor } from '../drills/faults/registry.ts'
import { FiredrillError } from '../model/errors.ts'
import type { AnyFault } from '../model/fault.ts'
import { featuresInWords, type Range, type RangeFeature } from '../model/range.ts'
import { parseParams } from './fault-params.ts'
import { targetOf } from './fault-target.ts'

/** A requested fault, with everything that its parameters determine: they are parsed once. */
export interface ResolvedFault {
  fault: AnyFault
  /** As the fault's schema returns them, with defaults. */
  params: unknown
  /** The fault's target (`targetOf`). */
  target: string
  /** What the range lacks for it with these parameters; empty if it can be injected. */
  lacked: readonly RangeFeature[]
}

/** Throws `not-found` for an unknown id, and `bad-request`, naming the parameter, for parameters that the fault does not accept. */
export function resolveFault(id: string, rawParams: unknown, range: Pick<Range, 'lacks'>): ResolvedFault {
  const fault = faultById(id)
  const params = parseParams(fault, rawParams)
  return { fault, params, target: targetOf(fault, params), lacked: lackedFor(fault, params, range) }
}

/** Throws `unsupported`, naming what is missing, for a fault that cannot be injected into this range. */
export function requireSupported({ fault, lacked }: Pick<ResolvedFault, 'fault' | 'lacked'>): void {
  if (lacked.length > 0)
    throw new FiredrillError('unsupported', `${fault.id} cannot be injected where the shop runs: the range has ${featuresInWords(lacked)}`)
}
