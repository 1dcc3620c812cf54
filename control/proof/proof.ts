/*
 * Proofs that scenarios break, page and recover as they are meant to. They are read and written here; what one rests on is in `covers.ts`, and `source.ts`
 * reads code apart from comments and layout.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Verification } from '../verify.ts'
import { provenVariants, scopeOf, type Covers, type Scope } from './covers.ts'
import type { Sources } from './source.ts'

/** The targets on which scenarios are proven. */
const proofTargets = ['local', 'hosts', 'kubernetes'] as const
export type ProofTarget = (typeof proofTargets)[number]

/** The record that a scenario was verified: on which code, and how. `firedrill verify` writes it beside the scenario. */
const run = {
  date: z.iso.date(),
  /** How often it was played, each time successfully. */
  times: z.number().int().min(1),
  /** The factor for bounds, because the machine was slow or busy; the largest of all runs. */
  patience: z.number().min(1).default(1),
  /** The slowest of all runs; `pageBound` is what the scenario promises on the reference machine. */
  seconds: z.strictObject({ toPage: z.number(), pageBound: z.number(), toHealthy: z.number(), inAll: z.number() }),
  /** What it covers, with hashes: see `scopeOf`. */
  covers: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
}
const head = { format: z.literal(1), target: z.enum(proofTargets) }
const single = z.strictObject({ ...head, ...run })
/** For a scenario with variants: each was played. */
const varied = z.strictObject({ ...head, variants: z.record(z.string(), z.strictObject(run)) })
const proofSchema = z.union([single, varied])
type SingleProof = z.output<typeof single>
type VariedProof = z.output<typeof varied>
type Proof = SingleProof | VariedProof
type Run = VariedProof['variants'][string]

/**
 * The proof's entry for one variant, or for a scenario without any (null). If the proof is from before the scenario had variants, it is valid for the
 * variant that plays the same, which the covered hashes show.
 */
export function runOf(proof: Proof, variant: string | null): Run | undefined {
  if (!('variants' in proof)) return proof
  return variant === null ? undefined : proof.variants[variant]
}

/**
 * A proof with one more variant, or with one proven again. Entries for another target are dropped: a proof is for one target. For a proof from before
 * the scenario had variants, `same` names the variants that play the same.
 */
export function withVariant(
  known: Proof | null,
  variant: string,
  { format, target, ...proven }: SingleProof,
  same: readonly string[] = [],
): VariedProof {
  const others = known?.target === target ? provenBefore(known, same) : {}
  return { format, target, variants: { ...others, [variant]: proven } }
}

function provenBefore(known: Proof, same: readonly string[]): VariedProof['variants'] {
  if ('variants' in known) return known.variants
  const { format: _format, target: _target, ...proven } = known
  return Object.fromEntries(same.map((variant) => [variant, proven]))
}

/** Where the proof of a scenario is, whether or not it has one. */
export const proofFile = (root: string, id: string): string => path.join(root, 'scenarios', id, 'proof.json')

/** The proof of a scenario; null if it has none, or one in another format. */
export function readProof(root: string, id: string): Proof | null {
  const file = proofFile(root, id)
  if (!existsSync(file)) return null
  try {
    return proofSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null
  } catch {
    // Not JSON: left by a merge conflict, for example.
    return null
  }
}

/** Writes the proof beside its scenario, in place of the one that was there. */
export const writeProof = (root: string, id: string, proof: Proof): void =>
  writeFileSync(proofFile(root, id), `${JSON.stringify(proof, null, 2)}\n`)

/** Why the proof of a scenario does not match the current code; empty if it does. */
export function staleness(root: string, id: string, sources?: Sources): string[] {
  if (!existsSync(proofFile(root, id))) return ['it has no proof']
  const proof = readProof(root, id)
  if (!proof) return ['its proof cannot be read']
  return provenVariants(root, id).flatMap((variant) => variantStaleness(root, id, proof, variant, sources))
}

/** The same for one variant. */
export function variantStaleness(root: string, id: string, proof: Proof | null, variant: string | null, sources?: Sources): string[] {
  const of = variant === null ? '' : `variant ${variant}: `
  const proven = proof && runOf(proof, variant)
  const changes = proven && differences(proven.covers, scopeOf(root, id, sources, variant).covers)
  if (!changes || (variant !== null && !('variants' in proof) && changes.length > 0)) return [`${of}it has no proof`]
  return changes.map((why) => `${of}${why}`)
}

/** The variants of a scenario for which its proof is valid. */
export const upToDate = (root: string, id: string, proof: Proof | null, sources?: Sources): string[] =>
  provenVariants(root, id).filter(
    (variant): variant is string => variant !== null && variantStaleness(root, id, proof, variant, sources).length === 0,
  )

/** In what the present code differs from the proven one, a sentence for each name; empty where it does not. */
export function differences(proven: Covers, present: Covers): string[] {
  const names = [...new Set([...Object.keys(proven), ...Object.keys(present)])].toSorted()
  return names.flatMap((name) => {
    if (proven[name] === present[name]) return []
    if (proven[name] === undefined) return [`${name} was not part of it`]
    return [present[name] === undefined ? `${name} is no longer part of it` : `${name} has changed`]
  })
}

/** Files that were changed after the range had read them, so that what was played is not their current content. */
export const changedSince = (root: string, { files }: Scope, startedAt: number): string[] =>
  files.filter((file) => statSync(path.join(root, file)).mtimeMs > startedAt)

/** The proof of a scenario from all its verifications; null unless each was successful. */
export function proofOf(covers: Covers, target: ProofTarget, results: readonly Verification[], at: Date): SingleProof | null {
  const [first] = results
  if (!first || results.some(({ ok, secondsToPage, secondsToHealthy }) => !ok || secondsToPage === null || secondsToHealthy === null))
    return null
  const slowest = (seconds: (result: Verification) => number | null) => Math.max(...results.map((result) => seconds(result) ?? 0))
  return {
    format: 1,
    target,
    date: at.toISOString().slice(0, 10),
    times: results.length,
    patience: Math.max(...results.map(({ patience }) => patience)),
    seconds: {
      toPage: slowest((result) => result.secondsToPage),
      pageBound: Math.round(first.pageBoundSeconds / first.patience),
      toHealthy: slowest((result) => result.secondsToHealthy),
      inAll: slowest((result) => result.tookSeconds),
    },
    covers,
  }
}
