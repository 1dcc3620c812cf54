import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError } from '../model/errors.ts'
import type { ServiceName } from '../model/components.ts'
import type { Deployment, Release } from '../model/range.ts'

const schema = z.object({
  baseline: z.string(),
  releases: z.array(z.object({ version: z.string(), notes: z.string() })).min(1),
})

/** The releases of a service, oldest first, as its own folder lists them. */
export function releasesOf(root: string, service: string): { baseline: string; releases: Release[] } {
  const file = path.join(root, 'shop', service, 'releases.json')
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new FiredrillError('internal', `${file} does not list the releases of ${service}`, { cause: error })
  }
}

/** Throws `bad-request` for an unknown release. */
export function requireRelease(root: string, service: ServiceName, version: string): void {
  const known = releasesOf(root, service).releases.map((release) => release.version)
  if (!known.includes(version)) throw new FiredrillError('bad-request', `${service} has no release ${version}: choose ${known.join(', ')}`)
}

/** The record of a deployment that replaces `previous`. Throws `bad-request` for an unknown release. */
export function deploymentOf(root: string, service: ServiceName, version: string, previous: string, by: string): Deployment {
  requireRelease(root, service, version)
  return { service, version, previous, at: new Date().toISOString(), by }
}

/** The release that a fresh range runs of a service. Throws `internal` where its list cannot be read. */
export const baselineRelease = (root: string, service: string): string => releasesOf(root, service).baseline
