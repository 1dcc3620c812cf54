export interface RecordingRule {
  record: string
  expr: string
  labels?: Record<string, string>
}

export interface AlertingRule {
  alert: string
  expr: string
  for?: string
  /** Keeps the alert firing this long after its condition has cleared, against flapping. */
  keep_firing_for?: string
  labels: { severity: 'page' | 'ticket' | 'none' } & Record<string, string>
  annotations: { summary: string; description: string; runbook_url: string }
}

export interface RuleGroup {
  name: string
  interval?: string
  rules: (RecordingRule | AlertingRule)[]
}
