import { RE2JS } from 're2js'
import type { SilenceMatcher } from '../model/silence.ts'
import { ownValue } from '../model/own.ts'

/** The alert that always fires, so that a failure of alerting itself is noticed; its name in `observability/rules`. */
export const watchdogLabels: Readonly<Record<string, string>> = { alertname: 'Watchdog', severity: 'none' }

/**
 * Whether a silence with these matchers mutes an alert with these labels: every one must match, a missing label is empty, and a regular expression is
 * matched against the whole value (https://prometheus.io/docs/alerting/latest/configuration/#matcher). `unsure` for an invalid expression.
 */
export function silences(matchers: readonly SilenceMatcher[], labels: Readonly<Record<string, string>>): boolean | 'unsure' {
  const verdicts = matchers.map(({ name, value, isRegex, isEqual }) => {
    const label = ownValue(labels, name) ?? ''
    if (!isRegex) return (label === value) === isEqual
    try {
      // Go's syntax, and linear time in the length of the label, whatever the expression.
      return RE2JS.matches(value, label) === isEqual
    } catch {
      return 'unsure'
    }
  })
  return verdicts.includes(false) ? false : verdicts.includes('unsure') ? 'unsure' : true
}

const written = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}"${value}"`

/** Why these matchers are refused, for people to read; null if they are accepted. */
export function muteRefusal(matchers: readonly SilenceMatcher[]): string | null {
  const verdict = silences(matchers, watchdogLabels)
  if (verdict === false) return null
  const given = matchers.map(written).join(' ')
  return verdict === true
    ? `${given} would silence the Watchdog as well, which shows that alerting works at all: name the alerts that you mean, or add severity!="none"`
    : `whether ${given} would silence the Watchdog cannot be told: the expression is not valid. Correct it, or add severity!="none"`
}
