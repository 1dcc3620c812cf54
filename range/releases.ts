import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError } from '../model/errors.ts'
import type { Release } from '../model/range.ts'

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

export const baselineRelease = (root: string, service: string): string => releasesOf(root, service).baseline
