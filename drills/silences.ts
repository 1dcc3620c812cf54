import { RE2JS } from 're2js'
import type { SilenceMatcher } from '../model/silence.ts'

/** The alert that always fires, so that somebody notices when alerting itself is broken; as `observability/rules` have it. */
export const watchdogLabels: Readonly<Record<string, string>> = { alertname: 'Watchdog', severity: 'none' }

/**
 * Whether a silence with these matchers mutes an alert with these labels: every one must hold, a label that is missing is empty, and a regular
 * expression is held against the whole value (https://prometheus.io/docs/alerting/latest/configuration/#matcher). `unsure` where an expression is none.
 */
export function silences(matchers: readonly SilenceMatcher[], labels: Readonly<Record<string, string>>): boolean | 'unsure' {
  const verdicts = matchers.map(({ name, value, isRegex, isEqual }) => {
    const label = labels[name] ?? ''
    if (!isRegex) return (label === value) === isEqual
    try {
      // Go's syntax, and its time: in proportion to the label, whatever the expression.
      return RE2JS.matches(value, label) === isEqual
    } catch {
      return 'unsure'
    }
  })
  return verdicts.includes(false) ? false : verdicts.includes('unsure') ? 'unsure' : true
}

const written = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}"${value}"`

/** Why these matchers are refused, for people; null when they may be used. */
export function muteRefusal(matchers: readonly SilenceMatcher[]): string | null {
  const verdict = silences(matchers, watchdogLabels)
  if (verdict === false) return null
  const given = matchers.map(written).join(' ')
  return verdict === true
    ? `${given} would silence the Watchdog as well, which shows that alerting works at all: name the alerts that you mean, or add severity!="none"`
    : `whether ${given} would silence the Watchdog cannot be told: the expression is not valid. Correct it, or add severity!="none"`
}
