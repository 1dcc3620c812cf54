import { createHash } from 'node:crypto'
import path from 'node:path'

/** The bundles of a checkout, in a cache that several checkouts may share: bundles contain the checkout's paths. */
export const bundleFolder = (cache: string, root: string): string =>
  path.join(cache, 'bundles', createHash('sha256').update(root).digest('hex').slice(0, 12))

/** `control/reaper/main.ts` is `control-reaper`. */
export const bundleName = (program: string): string => program.replace(/\/main\.ts$/, '').replaceAll(/[^\w-]+/g, '-')

/** The commands of `firedrill` that must start quickly, in one bundle, which `cli/main.ts` runs. */
export const quickProgram = 'cli/quick/main.ts'
