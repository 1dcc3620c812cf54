import { runInNewContext } from 'node:vm'
import type { SilenceMatcher } from '../model/silence.ts'

/** The alert that always fires, so that somebody notices when alerting itself is broken; as `observability/rules` have it. */
export const watchdogLabels: Readonly<Record<string, string>> = { alertname: 'Watchdog', severity: 'none' }

/**
 * Whether a silence with these matchers mutes an alert with these labels: every one must hold, a label that is missing is empty, and a regular
 * expression is held against the whole value (https://prometheus.io/docs/alerting/latest/configuration/#matcher). `unsure` where an expression is written in
 * what only Go's syntax has, or takes too long.
 */
export function silences(matchers: readonly SilenceMatcher[], labels: Readonly<Record<string, string>>): boolean | 'unsure' {
  const verdicts = matchers.map(({ name, value, isRegex, isEqual }) =>
    isRegex ? { expression: value, label: labels[name] ?? '', isEqual } : ((labels[name] ?? '') === value) === isEqual,
  )
  if (verdicts.includes(false)) return false
  const expressions = verdicts.filter((verdict) => typeof verdict === 'object')
  if (expressions.length === 0) return true
  try {
    // Safe: the script answers with a verdict for each.
    const held = runInNewContext(judgement, { given: JSON.stringify(expressions) }, { timeout: patienceMs }) as (boolean | 'unsure')[]
    if (held.includes(false)) return false
    return held.includes('unsure') ? 'unsure' : true
  } catch {
    return 'unsure'
  }
}

/** JavaScript's expressions can take for ever, where Go's cannot. */
const patienceMs = 50
/** With the `u` flag, which refuses each escape that it does not know: what both syntaxes take means the same in both. */
const judgement = `JSON.parse(given).map(({ expression, label, isEqual }) => {
  let whole
  try {
    whole = new RegExp('^(?:' + expression + ')$', 'u')
  } catch {
    return 'unsure'
  }
  return whole.test(label) === isEqual
})`

const written = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}"${value}"`

/** Why these matchers are refused, for people; null when they may be used. */
export function muteRefusal(matchers: readonly SilenceMatcher[]): string | null {
  const verdict = silences(matchers, watchdogLabels)
  if (verdict === false) return null
  const given = matchers.map(written).join(' ')
  return verdict === true
    ? `${given} would silence the Watchdog as well, by which you notice that alerting works at all: name the alerts that you mean, or add severity!="none"`
    : `whether ${given} would silence the Watchdog cannot be told: write the expression in a simpler way, or add severity!="none"`
}
