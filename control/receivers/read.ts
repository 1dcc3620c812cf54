/*
 * A team's own receivers of pages: read here, checked by Alertmanager (`check.ts`), and kept with the range (`keep.ts`).
 */
import path from 'node:path'
import { visit } from 'yaml'
import { FiredrillError } from '../../model/errors.ts'
import { explainIssues } from '../../model/yaml/explain.ts'
import { readDocument, type YamlDocument } from '../../model/yaml/read.ts'
import { byPlace, type Mistake } from '../../model/yaml/text.ts'
import { ownReceivers, type OwnReceivers } from '../../observability/alertmanager/config.ts'

export interface ReadReceivers {
  own: OwnReceivers
  document: YamlDocument
}

/** Parts of a whole `alertmanager.yml` that the range defines itself. */
const ours = ['route', 'receivers', 'inhibit_rules', 'mute_time_intervals', 'time_intervals', 'tracing']

/**
 * Reads a team's receivers, from a file in `folder`. Numbers keep their notation: a numeric key is text to Alertmanager. Aliases and merge keys are
 * resolved, template keys (`x-…`) are left out, and files are relative to `folder`. Throws `bad-request` with every mistake.
 */
export function readReceivers(source: Uint8Array | string, file: string): ReadReceivers {
  const { document, mistakes } = readDocument(source, "'pager:' or 'ticket:', with receivers under it")
  if (!document) return refuse(file, mistakes)
  visit(document.document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'number' && scalar.source !== undefined) scalar.value = scalar.source
    },
  })
  const given: unknown = document.document.toJS()
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse(file, [{ ...document.placeOf([]), message: "write 'pager:' or 'ticket:', with receivers under it" }])
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !key.startsWith('x-')))
  const parsed = ownReceivers.safeParse(kept)
  const wrong: (Mistake & { at: string })[] = explainIssues(parsed.error?.issues ?? [], kept, document, ownReceivers).filter(
    ({ at }) => !ours.includes(at),
  )
  const whole = ours.filter((key) => Object.hasOwn(kept, key))
  if (whole.length > 0)
    wrong.push({
      ...document.placeOfKey([whole.includes('receivers') ? 'receivers' : (whole[0] ?? '')]),
      at: '',
      message: ofWholeFile(kept, whole),
    })
  else if (parsed.success && !parsed.data.pager && !parsed.data.ticket)
    wrong.push({
      ...document.placeOf([]),
      at: '',
      message: "nobody would be notified: write 'pager:' or 'ticket:', with receivers under it",
    })
  if (!parsed.success || wrong.length > 0) return refuse(file, wrong)
  const folder = path.dirname(path.resolve(file))
  return { own: withWholePaths(parsed.data, folder), document }
}

/** The part of a whole Alertmanager configuration that is stored. */
function ofWholeFile(given: Record<string, unknown>, found: readonly string[]): string {
  const receivers = Array.isArray(given['receivers']) ? (given['receivers'] as { name?: unknown }[]) : []
  const names = receivers.map((receiver) => receiver?.name).filter((name) => typeof name === 'string')
  const which = names.length > 0 ? ` (${names.slice(0, 10).join(', ')})` : ''
  return (
    `this belongs to a whole alertmanager.yml, but the range has its own routes: under 'pager:', write the contents of the receiver${which} that is paged, ` +
    `without its name, and under 'ticket:' those of the receiver for tickets; keep 'global' and 'templates', and remove ${found.join(', ')}`
  )
}

interface LocatedMistake extends Mistake {
  at?: string
}

/** Throws `bad-request` with the first 20 mistakes in the order of the file, a line each, as `file:line:column: …`. */
export function refuse(file: string, mistakes: readonly LocatedMistake[]): never {
  const lines = mistakes
    .toSorted(byPlace)
    .map(({ line, column, at, message }) => `${file}:${line}:${column}: ${at ? `${at}: ` : ''}${message}`)
  throw new FiredrillError('bad-request', lines.slice(0, 20).join('\n'))
}

/** Files are relative to the file that names them; Alertmanager would look for them beside its own. */
function withWholePaths(own: OwnReceivers, folder: string): OwnReceivers {
  const absolute = (file: string): string => (path.isAbsolute(file) ? file : path.join(folder, file))
  const inside = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return key.endsWith('_file') && value !== '' ? absolute(value) : value
    if (Array.isArray(value)) return value.map((each) => inside(each, ''))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inside(each, name)]))
  }
  const { templates, ...others } = own
  // Safe: only texts have changed.
  return { ...(inside(others, '') as OwnReceivers), ...(templates ? { templates: templates.map(absolute) } : {}) }
}

/** The path in the team's file for one in Alertmanager's configuration; null for our own parts. */
export function pathInFile(path: readonly PropertyKey[], receivers: readonly string[]): PropertyKey[] | null {
  const [part, index, kind, entry, ...rest] = path
  if (part === 'global' || part === 'templates') return [...path]
  if (part !== 'receivers' || kind === undefined) return null
  const name = receivers[Number(index)]
  if (name === undefined) return null
  // The console comes first.
  const own = kind === 'webhook_configs' && entry !== undefined ? Number(entry) - 1 : entry
  if (own === -1) return null
  return [name, kind, ...(own === undefined ? [] : [own]), ...rest]
}
