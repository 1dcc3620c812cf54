import { FiredrillError } from '../model/errors.ts'
import { scenarioSchema, type Scenario, type Versions } from '../model/scenario.ts'
import { kindFields } from '../model/scenario-kinds.ts'
import { choice } from '../model/yaml/explain.ts'
import { bySeed, filled, valuesFor, variedIn, type Varied } from './variants.ts'

/** The texts of a scenario's folder, before anything is drawn. */
export interface Template {
  document: unknown
  story: string
  debrief: string
}

/** A scenario's folder with one set of values filled in. */
export interface Filled extends Template {
  /** The name of the variant, for its author. */
  variant: string | null
}

/** Fields for the catalogue and progress, which are the same whatever is drawn. */
const constant = ['id', 'title', 'summary', 'difficulty', 'skills', ...kindFields]
/** Draws whose values are each checked once with every variant. */
const own = ['variants', 'draws']

export const isVaried = ({ variants, draws }: Varied): boolean => variants.length > 0 || Object.keys(draws).length > 0

/**
 * Fills in a folder's texts so that each variant occurs, and within it each value of each draw. `told` receives mistakes in the templates themselves:
 * names without a value, or in a place where nothing may be drawn; `file` is one of the three texts.
 */
export function everyWay(
  template: Template,
  told: (file: keyof Template, at: readonly PropertyKey[], text: string, message: string) => void,
): Filled[] {
  const varied = variedIn(template.document)
  if (!isVaried(varied)) return [{ ...template, variant: null }]
  const names: (string | null)[] = varied.variants.length > 0 ? varied.variants.map(({ name }) => name) : [null]
  const most = Math.max(1, ...Object.values(varied.draws).map((values) => values.length))
  const used = new Set<string>()
  const seen = new Set<string>()
  const ways = names.flatMap((variant) =>
    Array.from({ length: most }, (_, nth) => {
      const values = valuesFor(varied, variant, (_name, of) => nth % of)
      const fill = (file: keyof Template) =>
        filled(without(template[file]), values, (name, at) => {
          used.add(name)
          const key = `${file} ${at.join('.')} ${name} ${Object.hasOwn(values, name)}`
          if (seen.has(key)) return
          seen.add(key)
          if (file === 'document' && constant.includes(String(at[0])))
            told(file, at, name, `has \${${name}}: the catalogue shows this field, so it has to be the same in each drill`)
          else if (!Object.hasOwn(values, name))
            told(
              file,
              at,
              name,
              `there is no value '${name}'${variant === null ? '' : ` in variant '${variant}'`}: ${choice(Object.keys(values), name)}`,
            )
        })
      // Safe: a text with texts filled in is a text.
      return { variant, document: fill('document'), story: fill('story') as string, debrief: fill('debrief') as string }
    }),
  )
  for (const [index, { name: variant, set }] of varied.variants.entries())
    filled(set, {}, (name, at) => {
      used.add(name)
      if (!Object.hasOwn(varied.draws, name))
        told(
          'document',
          ['variants', index, 'set', ...at],
          name,
          `variant '${variant}' has \${${name}} in a value: a value may name draws, and no other value`,
        )
    })
  for (const name of new Set([...varied.variants.flatMap(({ set }) => Object.keys(set)), ...Object.keys(varied.draws)]))
    if (!used.has(name)) told('document', own, name, `nothing says \${${name}}: use the value '${name}', or leave it out`)
  return ways
}

const without = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([name]) => !own.includes(name))) : value

const mostKept = 64

/** How a valid template is drawn. */
export function versionsOf(template: Template, constantly: Pick<Scenario, 'people'>): Versions {
  const varied = variedIn(template.document)
  const kept = new Map<string, Scenario>()
  const first = varied.variants[0]?.name ?? null
  const versions: Versions = {
    of({ seed, variant }) {
      const name = varied.variants.some((each) => each.name === variant) ? variant : first
      const key = `${name} ${seed}`
      const known = kept.get(key)
      if (known) return known
      const values = valuesFor(varied, name, bySeed(seed))
      const fill = (value: unknown) => filled(value, values, () => {})
      const parsed = scenarioSchema.safeParse(fill(without(template.document)))
      // Each value was checked when the scenario was read, so this can only be values that do not go together.
      if (!parsed.success)
        throw new FiredrillError('internal', `variant '${name}' cannot be drawn with seed ${seed}: ${parsed.error.issues[0]?.message}`)
      const scenario: Scenario = {
        ...parsed.data,
        ...constantly,
        story: String(fill(template.story)),
        debrief: String(fill(template.debrief)),
        versions,
      }
      if (kept.size >= mostKept) kept.clear()
      kept.set(key, scenario)
      return scenario
    },
  }
  return versions
}
