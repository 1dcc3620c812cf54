import { configKey, configKeys } from '../drills/service-config.ts'
import { FiredrillError } from '../model/errors.ts'

/** Settings of a service that differ from its defaults, by key. */
export type Settings = ReadonlyMap<string, string>

/** As a file that whoever is on call edits: `KEY=value` in each line. */
export function settingsFile(service: string, settings: Settings): string {
  return [
    `# Settings of ${service} that differ from its defaults: one KEY=value in a line. A setting without a line has its default.`,
    `# All settings: ${configKeys.join(' ')}`,
    ...[...settings].map(([key, value]) => `${key}=${value}`),
    '',
  ].join('\n')
}

/** Reads such a file; a comment begins with `#`. Throws `bad-request`, with the line, for what is no setting. */
export function readSettings(text: string): Settings {
  const settings = new Map<string, string>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    const [key, value] = at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    const wrong = (what: string) => new FiredrillError('bad-request', `line ${index + 1}: ${what}`)
    if (!configKey.safeParse(key).success) throw wrong(`there is no setting '${key}': choose ${configKeys.join(', ')}`)
    if (value === '') throw wrong(`${key} has no value: write ${key}=value, or leave the line out for the default`)
    if (settings.has(key)) throw wrong(`${key} is there twice`)
    settings.set(key, value)
  }
  return settings
}

/** What has to be set to get from the one to the other; an empty value restores the default. */
export const settingsToChange = (before: Settings, after: Settings): { key: string; value: string }[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, value: after.get(key) ?? '' }))
    .filter(({ key, value }) => value !== (before.get(key) ?? ''))
