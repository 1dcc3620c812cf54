import { stringify } from 'yaml'
import type { Timing } from '../timing.ts'
import { goldenSignalRules } from './golden-signals.ts'
import { meshRules } from './mesh.ts'
import type { RuleGroup } from './rule.ts'
import { saturationRules } from './saturation.ts'
import { sloRules } from './slo.ts'

export const ruleGroups = (timing: Timing): RuleGroup[] => [
  ...goldenSignalRules(timing),
  ...sloRules(timing),
  ...saturationRules(timing),
  ...meshRules(timing),
]

/** A rule file of Prometheus. `consoleUrl` makes the runbook links absolute. */
export function renderRules(timing: Timing, consoleUrl: string): string {
  const groups = ruleGroups(timing).map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      'alert' in rule
        ? { ...rule, annotations: { ...rule.annotations, runbook_url: `${consoleUrl}${rule.annotations.runbook_url}` } }
        : rule,
    ),
  }))
  return stringify({ groups }, { lineWidth: 0 })
}
