import { configKeys } from '../drills/service-config.ts'
import { storeName, storeSettingNames, type StoreName } from '../drills/store-settings.ts'
import { FiredrillError } from '../model/errors.ts'

/** Settings of a service or a datastore that differ from its defaults, by name. */
export type Settings = ReadonlyMap<string, string>

/** The notation of a configuration file. */
interface SettingsFormat {
  /** Its file in `/etc/shop`. */
  file: string
  names: readonly string[]
  line(name: string, value: string): string
  /** Name and value of a line; the value may be empty. */
  read(line: string): [name: string, value: string]
}

/** Name and the rest of a line, separated by a sign, or by spaces alone. */
const parted = (line: string): [name: string, rest: string] => {
  const [, name = '', rest = ''] = /^([^\s=]*)\s*=?\s*(.*)$/.exec(line) ?? []
  return [name, rest]
}

/** https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE: case is ignored, and `#` begins a comment outside of quotes. */
const postgres = {
  line: (name: string, value: string) => `${name} = ${/^[\w.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`}`,
  read(line: string): [string, string] {
    const [name, rest] = parted(line)
    const quoted = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(rest)?.[1]
    return [name.toLowerCase(), quoted?.replaceAll("''", "'") ?? rest.replace(/\s*#.*$/, '')]
  },
}
const redis = {
  line: (name: string, value: string) => `${name} ${value === '' ? '""' : value}`,
  read(line: string): [string, string] {
    const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(line) ?? []
    return [name.toLowerCase(), /^(["'])(.*)\1$/.exec(rest)?.[2] ?? rest]
  },
}
const rabbitmq = {
  line: (name: string, value: string) => `${name} = ${value}`,
  read(line: string): [string, string] {
    const [name, rest] = parted(line)
    return [name, rest.replace(/\s*#.*$/, '')]
  },
}
const stores: Record<StoreName, Pick<SettingsFormat, 'file' | 'line' | 'read'>> = {
  postgres: { file: 'postgresql.conf', ...postgres },
  redis: { file: 'redis.conf', ...redis },
  rabbitmq: { file: 'rabbitmq.conf', ...rabbitmq },
}

/** The datastore with that name; null for a service. */
export const storeOf = (name: string): StoreName | null => storeName.safeParse(name).data ?? null

/** The notation of a service's or a datastore's settings. */
export function formatOf(name: string): SettingsFormat {
  const store = storeOf(name)
  if (store !== null) return { ...stores[store], names: storeSettingNames(store) }
  return {
    file: `${name}.env`,
    names: configKeys,
    line: (key, value) => `${key}=${value}`,
    read(line) {
      const at = line.indexOf('=')
      return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    },
  }
}

/** The file that a trainee edits: one setting per line. */
export function settingsFile(name: string, settings: Settings): string {
  const { names, line } = formatOf(name)
  return [
    `# Settings of ${name} that differ from its defaults: one per line, as ${line('NAME', 'value')}. A setting without a line has its default.`,
    `# All settings: ${names.join(' ')}`,
    ...[...settings].map(([key, value]) => line(key, value)),
    '',
  ].join('\n')
}

/** Parses such a file; a comment begins with `#`. Throws `bad-request`, with the line, for an invalid setting. Existing settings may stay. */
export function readSettings(name: string, text: string, before: Settings = new Map()): Settings {
  const { names, line: written, read } = formatOf(name)
  const settings = new Map<string, string>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [key, value] = read(line)
    const wrong = (what: string) => new FiredrillError('bad-request', `line ${index + 1}: ${what}`)
    if (!names.includes(key) && !before.has(key)) throw wrong(`there is no setting '${key}': choose ${names.join(', ')}`)
    if (value === '') throw wrong(`${key} has no value: write ${written(key, 'value')}, or leave the line out for the default`)
    if (settings.has(key)) throw wrong(`${key} appears twice`)
    settings.set(key, value)
  }
  return settings
}

/** The changes from one set of settings to another; an empty value restores the default. */
export const settingsToChange = (before: Settings, after: Settings): { key: string; value: string }[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, value: after.get(key) ?? '' }))
    .filter(({ key, value }) => value !== (before.get(key) ?? ''))
