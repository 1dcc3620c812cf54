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

/** Where a range's shop runs: scenarios are proven there. */
const proofTargets = ['local', 'hosts', 'kubernetes'] as const
export type ProofTarget = (typeof proofTargets)[number]

/** That a scenario has proven itself, on which code, and how. Written by `firedrill verify` beside the scenario. */
const run = {
  date: z.iso.date(),
  /** How often it was played, every time with success. */
  times: z.number().int().min(1),
  /** By what bounds were multiplied, since the machine was slow or busy; the most of those times. */
  patience: z.number().min(1).default(1),
  /** The slowest of those times; `pageBound` is what the scenario promises of the reference machine. */
  seconds: z.strictObject({ toPage: z.number(), pageBound: z.number(), toHealthy: z.number(), inAll: z.number() }),
  /** What it rests on, and the hash of each: see `scopeOf`. */
  covers: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
}
const head = { format: z.literal(1), target: z.enum(proofTargets) }
const single = z.strictObject({ ...head, ...run })
/** Of a scenario with variants: each of them was played. */
const varied = z.strictObject({ ...head, variants: z.record(z.string(), z.strictObject(run)) })
const proofSchema = z.union([single, varied])
type SingleProof = z.output<typeof single>
type VariedProof = z.output<typeof varied>
type Proof = SingleProof | VariedProof
type Run = VariedProof['variants'][string]

/**
 * What a proof says of one variant, or of a scenario without any (null). One that was written before the scenario had variants says it of whichever
 * plays what was played then, which what it covers tells.
 */
export function runOf(proof: Proof, variant: string | null): Run | undefined {
  if (!('variants' in proof)) return proof
  return variant === null ? undefined : proof.variants[variant]
}

/**
 * A proof with one more variant, or with it proven again. What was proven elsewhere is dropped: one proof is of one target. Of a proof from before the
 * scenario had variants, `same` names those that play what was played then.
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

/** The proof of a scenario; null when it has none, or one of another format. */
export function readProof(root: string, id: string): Proof | null {
  const file = proofFile(root, id)
  if (!existsSync(file)) return null
  try {
    return proofSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null
  } catch {
    // Not JSON: the rest of a merge, for example.
    return null
  }
}

/** Writes the proof beside its scenario, in place of the one that was there. */
export const writeProof = (root: string, id: string, proof: Proof): void =>
  writeFileSync(proofFile(root, id), `${JSON.stringify(proof, null, 2)}\n`)

/** Why the proof of a scenario does not belong to what is there; empty when it does. */
export function staleness(root: string, id: string, sources?: Sources): string[] {
  if (!existsSync(proofFile(root, id))) return ['it has no proof']
  const proof = readProof(root, id)
  if (!proof) return ['its proof cannot be read']
  return provenVariants(root, id).flatMap((variant) => variantStaleness(root, id, proof, variant, sources))
}

/** The same of one variant. */
export function variantStaleness(root: string, id: string, proof: Proof | null, variant: string | null, sources?: Sources): string[] {
  const of = variant === null ? '' : `variant ${variant}: `
  const proven = proof && runOf(proof, variant)
  const changes = proven && differences(proven.covers, scopeOf(root, id, sources, variant).covers)
  if (!changes || (variant !== null && !('variants' in proof) && changes.length > 0)) return [`${of}it has no proof`]
  return changes.map((why) => `${of}${why}`)
}

/** The variants of a scenario that its proof holds for. */
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

/** Files that were changed after the range had read them: what was played is not what they say now. */
export const changedSince = (root: string, { files }: Scope, startedAt: number): string[] =>
  files.filter((file) => statSync(path.join(root, file)).mtimeMs > startedAt)

/** The proof of a scenario from every time that it was verified; null unless each went well. */
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
