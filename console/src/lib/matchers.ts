import { ownValue } from '../../../model/own.ts'

/** One condition on a label, as in Alertmanager's API. */
export interface Matcher {
  name: string
  value: string
  isRegex: boolean
  isEqual: boolean
}

const one = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*$/

/** Parses `alertname="X", service=~"a|b"`; throws an Error that says what is wrong. */
export function parseMatchers(text: string): Matcher[] {
  const parts = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g)?.filter((part) => part.trim() !== '') ?? []
  if (parts.length === 0) throw new Error('write at least one condition, such as alertname="CheckoutErrorBudgetBurn"')
  return parts.map((part) => {
    const [, name, operator, value] = one.exec(part) ?? []
    if (name === undefined || operator === undefined || value === undefined) {
      throw new Error(`'${part.trim()}' is not a condition: write name="value", name!="value", name=~"pattern" or name!~"pattern"`)
    }
    const isRegex = operator.endsWith('~')
    if (isRegex) void new RegExp(value)
    return { name, value: value.replaceAll(/\\(.)/g, '$1'), isRegex, isEqual: !operator.startsWith('!') }
  })
}

export const formatMatchers = (matchers: readonly Matcher[]): string =>
  matchers
    .map(({ name, value, isRegex, isEqual }) => `${name}${isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='}"${value}"`)
    .join(', ')

/** A missing label is empty; a pattern must match the whole value. */
export const matches = (labels: Record<string, string>, matchers: readonly Matcher[]): boolean =>
  matchers.every(({ name, value, isRegex, isEqual }) => {
    const actual = ownValue(labels, name) ?? ''
    return (isRegex ? new RegExp(`^(?:${value})$`).test(actual) : actual === value) === isEqual
  })

/** Why a silence may hide more than intended; null if it seems fine. */
export function tooBroad(matchers: readonly Matcher[], matched: number): string | null {
  if (matchers.every(({ isEqual }) => !isEqual)) return 'It only says what not to silence, so everything else is silenced.'
  if (matchers.some(({ isRegex, value }) => isRegex && /^\.[*+]$/.test(value)))
    return 'A pattern that matches anything silences everything.'
  if (!matchers.some(({ name, isEqual }) => isEqual && name !== 'severity' && name !== 'tier'))
    return 'It names neither an alert nor a service: new alerts with another cause would be silenced as well.'
  if (matched > 10) return `It silences ${matched} alerts at once: do they have the same cause?`
  return null
}
