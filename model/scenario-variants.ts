import { z } from 'zod'
import { scenarioId } from './scenario-kinds.ts'

/** Stands for a value as `${name}`. */
const valueName = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits that begins with a lower-case letter')

/** Fields of `scenario.yaml` by which one scenario is several. */
export const scenarioVariants = {
  /** What has to be found: one of them is drawn by the seed of each drill, and each of them has to be proven. */
  variants: z
    .array(z.strictObject({ name: scenarioId, set: z.record(valueName, z.unknown()) }))
    .min(2)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two variants have the same name')
    .optional(),
  /** What may differ within every variant, such as products, times and wording: one of the values is drawn by the seed. */
  draws: z.record(valueName, z.array(z.unknown()).min(2)).optional(),
}

/** What a drill's seed has drawn; `variant` is null for a scenario without variants. */
export interface Draw {
  seed: number
  variant: string | null
}
