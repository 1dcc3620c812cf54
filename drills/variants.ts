import { createHash } from 'node:crypto'
import type { DrillState } from '../model/drill.ts'
import { FiredrillError } from '../model/errors.ts'
import { isRecord } from '../model/json.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Draw } from '../model/scenario-variants.ts'

type Values = Readonly<Record<string, unknown>>

/** The variants and draws of a `scenario.yaml`, as far as they can be parsed. */
export interface Varied {
  variants: { name: string; set: Values }[]
  draws: Record<string, unknown[]>
}

export function variedIn(document: unknown): Varied {
  const { variants, draws } = isRecord(document) ? document : {}
  return {
    variants: (Array.isArray(variants) ? variants : []).flatMap((each: unknown) =>
      isRecord(each) && typeof each['name'] === 'string' ? [{ name: each['name'], set: isRecord(each['set']) ? each['set'] : {} }] : [],
    ),
    draws: Object.fromEntries(
      Object.entries(isRecord(draws) ? draws : {}).flatMap(([name, values]) =>
        Array.isArray(values) && values.length > 0 ? [[name, values]] : [],
      ),
    ),
  }
}

/** A number from 0 up to `below`, from a seed and its purpose, independent of other draws. */
const drawn = (seed: number, what: string, below: number): number =>
  createHash('sha256').update(`${seed} ${what}`).digest().readUInt32BE(0) % below

/** The variant that a seed draws, or the requested one; null for a scenario without variants. Throws `not-found` for an unknown one. */
export function variantFor({ id, variants = [] }: Pick<Scenario, 'id' | 'variants'>, seed: number, wanted?: string | null): string | null {
  const names = variants.map(({ name }) => name)
  if (wanted === undefined || wanted === null) return names[drawn(seed, 'variant', names.length)] ?? null
  if (names.includes(wanted)) return wanted
  throw new FiredrillError(
    'not-found',
    names.length === 0 ? `'${id}' has no variants` : `'${id}' has no variant '${wanted}': choose ${names.join(', ')}`,
  )
}

/** The value of each name in a drill. Values of a variant may refer to draws. */
export function valuesFor({ variants, draws }: Varied, variant: string | null, pick: (name: string, of: number) => number): Values {
  const own = Object.fromEntries(Object.entries(draws).map(([name, values]) => [name, values[pick(name, values.length)]]))
  const set = variants.find(({ name }) => name === variant)?.set ?? {}
  // Safe: a record stays one.
  return { ...own, ...(filled(set, own, () => {}) as Values) }
}
export const bySeed =
  (seed: number) =>
  (name: string, of: number): number =>
    drawn(seed, name, of)

const placeholder = /\$\{([^}]*)\}/g

/**
 * Fills the values into a template's `${name}`. A text that is nothing but a placeholder becomes the value, of whatever type it is. `told` is called
 * for each placeholder, with its name and place; one without a value is left unchanged.
 */
export function filled(
  template: unknown,
  values: Values,
  told: (name: string, at: readonly PropertyKey[]) => void,
  at: readonly PropertyKey[] = [],
): unknown {
  if (Array.isArray(template)) return template.map((each, index) => filled(each, values, told, [...at, index]))
  if (isRecord(template))
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, filled(each, values, told, [...at, key])]))
  if (typeof template !== 'string') return template
  const [whole] = template.matchAll(placeholder)
  if (whole?.[0] === template) {
    const [, name = ''] = whole
    told(name, at)
    return Object.hasOwn(values, name) ? values[name] : template
  }
  return template.replace(placeholder, (text, name: string) => {
    told(name, at)
    return Object.hasOwn(values, name) ? String(values[name]) : text
  })
}

/** A scenario in each of its variants, with draws filled in; the scenario itself if it has none. */
export const everyVariant = (scenario: Scenario): Scenario[] => {
  const { versions, variants } = scenario
  return versions && variants ? variants.map(({ name }) => versions.of({ seed: 0, variant: name })) : [scenario]
}

/** The scenario of a drill, as its seed drew it. */
export function scenarioOf(
  scenarios: ReadonlyMap<string, Scenario>,
  drill: Pick<DrillState, 'scenario' | 'seed' | 'variant'>,
): Scenario | undefined {
  const scenario = scenarios.get(drill.scenario)
  return scenario && drawnScenario(scenario, drill)
}

/** A scenario as a seed draws it. A variant that no longer exists counts as its first. */
export const drawnScenario = (scenario: Scenario, draw: Draw): Scenario => scenario.versions?.of(draw) ?? scenario
