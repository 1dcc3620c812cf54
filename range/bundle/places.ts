import { createHash } from 'node:crypto'
import path from 'node:path'

/** Bundles of a checkout, in a cache that checkouts may share: they have its paths in them. */
export const bundleFolder = (cache: string, root: string): string =>
  path.join(cache, 'bundles', createHash('sha256').update(root).digest('hex').slice(0, 12))

/** `control/reaper/main.ts` is `control-reaper`. */
export const bundleName = (program: string): string => program.replace(/\/main\.ts$/, '').replaceAll(/[^\w-]+/g, '-')

/** The commands of `firedrill` that have to answer at once, in one bundle: `cli/main.ts` runs it. */
export const quickProgram = 'cli/quick/main.ts'
