import { z } from 'zod'
import type { Component } from './component.ts'

/**
 * Who gets the CPU first when there is not enough: monitoring and the training system, then the shop, then its load. Monitoring must be reliable
 * especially when the shop takes all the CPU it can get, and it is cheap enough to come first.
 */
export const tiers = ['watch', 'shop', 'load'] as const
export type Tier = (typeof tiers)[number]

/** What goes before what: the monitoring and the control plane, then the shop, then its load. */
export const tierOf = (role: Component['role']): Tier => {
  if (role === 'observability' || role === 'control') return 'watch'
  return role === 'load' ? 'load' : 'shop'
}

/**
 * Weights of groups relative to each other and to everything else on the host, where a session or a service has 100. Monitoring needs a fraction of
 * its share, so twice the shop's weight is enough; more would only help a process that runs away in its group. The shop weighs as much as any other
 * program: it still gets CPU beside a busy one, and in an incident leaves room for the responder's browser (`bench interactions`).
 */
export const cpuWeights = { watch: 200, shop: 100, load: 50 } as const satisfies Record<Tier, number>

/** Used where there are no groups: lowering the shop needs no privilege, and raising the monitoring would. */
export const niceness = { watch: 0, shop: 5, load: 10 } as const satisfies Record<Tier, number>

/** How the monitoring of a range takes precedence; stored with the range. */
export const precedenceSchema = z.discriminatedUnion('means', [
  /** A group for each tier in `base`, by version 1 (`cpu.shares`) or 2 (`cpu.weight`) of control groups. */
  z.object({ means: z.literal('cgroup'), version: z.union([z.literal(1), z.literal(2)]), base: z.string() }),
  z.object({ means: z.literal('nice') }),
])
export type Precedence = z.infer<typeof precedenceSchema>
