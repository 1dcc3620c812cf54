import { z } from 'zod'
import type { Component } from './component.ts'

/**
 * Who gets the CPU first when there is not enough: what watches the shop and runs the drills, then the shop, then those who load it. Monitoring
 * must be reliable in the very moment in which the shop takes all it can get, and it is cheap enough to go first.
 */
export const tiers = ['watch', 'shop', 'load'] as const
export type Tier = (typeof tiers)[number]

/** What goes before what: the monitoring and the control plane, then the shop, then its load. */
export const tierOf = (role: Component['role']): Tier => {
  if (role === 'observability' || role === 'control') return 'watch'
  return role === 'load' ? 'load' : 'shop'
}

/**
 * Weights of groups beside each other and beside everything else on the host, where a session or a service has 100. What watches needs a fraction of
 * its share, so that twice the shop's weight is precedence enough; more would only serve what runs away in its group. The shop weighs as much as any other
 * program: it is still served beside a busy one, and in an incident leaves the browser of whoever is on call its room (`bench interactions`).
 */
export const cpuWeights = { watch: 200, shop: 100, load: 50 } as const satisfies Record<Tier, number>

/** Where there are no groups: lowering the shop needs no privilege, raising the watchers would. */
export const niceness = { watch: 0, shop: 5, load: 10 } as const satisfies Record<Tier, number>

/** By which means the watchers of a range go first, kept with it. */
export const precedenceSchema = z.discriminatedUnion('means', [
  /** A group for each tier in `base`, by version 1 (`cpu.shares`) or 2 (`cpu.weight`) of control groups. */
  z.object({ means: z.literal('cgroup'), version: z.union([z.literal(1), z.literal(2)]), base: z.string() }),
  z.object({ means: z.literal('nice') }),
])
export type Precedence = z.infer<typeof precedenceSchema>
