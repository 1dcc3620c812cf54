import { z } from 'zod'
import { scenarioId } from './scenario-kinds.ts'

/** Placeholder for a value: `${name}`. */
const valueName = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits that begins with a lower-case letter')

/** Fields of `scenario.yaml` that make several variants of one scenario. */
export const scenarioVariants = {
  /** Variants with different causes: the seed of a drill draws one of them, and each has to be proven. */
  variants: z
    .array(z.strictObject({ name: scenarioId, set: z.record(valueName, z.unknown()) }))
    .min(2)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two variants have the same name')
    .optional(),
  /** Values that may differ within every variant, such as products, times and wording: the seed draws one of each. */
  draws: z.record(valueName, z.array(z.unknown()).min(2)).optional(),
}

/** What a drill's seed drew; `variant` is null for a scenario without variants. */
export interface Draw {
  seed: number
  variant: string | null
}
