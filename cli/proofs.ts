import { existsSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from '../control/paths.ts'
import { scopeOf } from '../control/proof/covers.ts'
import {
  changedSince,
  proofOf,
  readProof,
  staleness,
  upToDate,
  variantStaleness,
  withVariant,
  writeProof,
  type ProofTarget,
} from '../control/proof/proof.ts'
import { Sources } from '../control/proof/source.ts'
import type { Verification } from '../control/verify.ts'
import type { RangeState } from '../range/targets/local/state.ts'
import { dim } from './output.ts'

type Tell = (text: string) => void

/** Whether a scenario is in the checkout, and not in a pack. */
const isShipped = (id: string): boolean => existsSync(path.join(projectRoot, 'scenarios', id))

/** Why a scenario, or one variant of it, has to be proven again, on one line; empty if it does not. */
export function whyStale(id: string, variant: string | null, tell: Tell): string[] {
  if (!isShipped(id)) return ['it belongs to a pack']
  const reasons = variantStaleness(projectRoot, id, readProof(projectRoot, id), variant)
  if (reasons.length > 0)
    tell(dim(`${id}: ${reasons.slice(0, 3).join(', ')}${reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''}`))
  return reasons
}

/** Writes the proof beside the scenario if it can be committed there, unless what was played may differ from the current files. */
export function keepProof(state: RangeState, id: string, variant: string | null, results: Verification[], tell: Tell): void {
  if (!existsSync(path.join(projectRoot, '.git'))) return
  if (!isShipped(id)) return tell('    no proof is written: this scenario belongs to a pack')
  const { placement, profile } = state.config()
  const sources = new Sources(projectRoot)
  const scope = scopeOf(projectRoot, id, sources, variant)
  const target: ProofTarget = placement.role !== 'observability' ? 'local' : placement.cluster ? 'kubernetes' : 'hosts'
  const proof = proofOf(scope.covers, target, results, new Date())
  if (!proof) return
  const none = (why: string) => tell(`    no proof is written: ${why}`)
  if (profile !== 'drill') return none(`the range runs with the profile ${profile}, and proofs need the profile drill`)
  const changed = changedSince(projectRoot, scope, state.run('control')?.startedAt ?? 0)
  if (changed.length > 0)
    return none(`changed after the control plane had started: ${changed.join(', ')}; run 'firedrill down' and 'up', then again`)
  // A proof that is valid on its original target is as good as this one.
  const known = readProof(projectRoot, id)
  if (known?.target !== target && staleness(projectRoot, id, sources).length === 0) return
  if (variant === null) return writeProof(projectRoot, id, proof)
  // Only one from before the scenario had variants has to be compared with each.
  const same = known === null || 'variants' in known ? [] : upToDate(projectRoot, id, known, sources)
  writeProof(projectRoot, id, withVariant(known, variant, proof, same))
}
