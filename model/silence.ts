/** One condition of a silence, as Alertmanager's API has it: `=`, `!=`, `=~`, `!~`. */
export interface SilenceMatcher {
  name: string
  value: string
  isRegex: boolean
  isEqual: boolean
}

export interface Silence {
  id: string
  matchers: SilenceMatcher[]
  createdBy: string
  comment: string
  /** ISO 8601. */
  startsAt: string
  endsAt: string
}
