import { difficulties, type ScenarioCard } from '../../../../model/scenario.ts'

export interface Filters {
  /** Words in title, summary or id, in any order; in skills too if topics are shown. */
  find: string
  level: ScenarioCard['difficulty'] | ''
  played: 'yes' | 'no' | ''
  /** Whether skills are shown, which reveal something of the answer. */
  topics: boolean
}

export const filtersOf = (params: URLSearchParams): Filters => {
  const [level, played] = [params.get('level') ?? '', params.get('played') ?? '']
  return {
    find: params.get('find') ?? '',
    level: difficulties.find((name) => name === level) ?? '',
    played: played === 'yes' || played === 'no' ? played : '',
    topics: params.get('topics') === 'yes',
  }
}

export function fits(scenario: ScenarioCard, { find, level, played, topics }: Filters): boolean {
  if (level !== '' && scenario.difficulty !== level) return false
  if (played !== '' && scenario.plays > 0 !== (played === 'yes')) return false
  const text = [scenario.id, scenario.title, scenario.summary, ...(topics ? scenario.skills : [])].join(' ').toLowerCase()
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** What to play next: the easiest that has not been played, or else the one with the lowest best score. */
export function nextFor(scenarios: readonly ScenarioCard[]): ScenarioCard | null {
  const playable = scenarios.filter((scenario) => scenario.playable)
  const level = ({ difficulty }: ScenarioCard) => difficulties.indexOf(difficulty)
  const fresh = playable.filter(({ plays }) => plays === 0).toSorted((a, b) => level(a) - level(b) || a.parMs - b.parMs)
  return fresh[0] ?? playable.toSorted((a, b) => (a.best?.score ?? 0) - (b.best?.score ?? 0))[0] ?? null
}
