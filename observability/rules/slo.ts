import { seconds, type Timing } from '../timing.ts'
import type { AlertingRule, RecordingRule, RuleGroup } from './rule.ts'

/** The objective for one user journey: counted by `journey_events_total` of the service closest to users. */
interface ServiceLevel {
  journey: 'browse' | 'checkout' | 'fulfilment'
  /** Which outcomes count against it. */
  bad: 'error' | 'slow|error'
  kind: 'availability' | 'latency'
  /** Promised share of good events. */
  objective: number
  alert: string
  title: string
  /** The service behind the journey, for routing and links. */
  service: string
}

export const serviceLevels: ServiceLevel[] = [
  {
    journey: 'browse',
    kind: 'availability',
    bad: 'error',
    objective: 0.99,
    alert: 'BrowseErrorBudgetBurn',
    title: 'Browsing fails',
    service: 'gateway',
  },
  {
    journey: 'browse',
    kind: 'latency',
    bad: 'slow|error',
    objective: 0.99,
    alert: 'BrowseLatencyBudgetBurn',
    title: 'Browsing is slow',
    service: 'gateway',
  },
  {
    journey: 'checkout',
    kind: 'availability',
    bad: 'error',
    objective: 0.99,
    alert: 'CheckoutErrorBudgetBurn',
    title: 'Checkout fails',
    service: 'gateway',
  },
  {
    journey: 'checkout',
    kind: 'latency',
    bad: 'slow|error',
    objective: 0.99,
    alert: 'CheckoutLatencyBudgetBurn',
    title: 'Checkout is slow',
    service: 'gateway',
  },
  {
    journey: 'fulfilment',
    kind: 'latency',
    bad: 'slow|error',
    objective: 0.99,
    alert: 'FulfilmentBudgetBurn',
    title: 'Orders are shipped late',
    service: 'fulfilment',
  },
]

const ratioOf = (level: ServiceLevel, window: string) => `slo:${level.journey}_${level.kind}:bad_ratio_${window}`

/**
 * Multi-window, multi-burn-rate alerts (SRE Workbook, chapter 5).
 *
 * With less history than a window, the ratio over that history is not the window's ratio: one failure in the first second would burn the whole
 * budget. So the ratio is multiplied by the observed share of the window, which equals the window's ratio if everything before had been healthy. It
 * can only rise as history is added.
 */
export function sloRules(timing: Timing): RuleGroup[] {
  const windows = [...new Set(timing.burn.flatMap(({ long, short }) => [long, short]))]
  const recordings = serviceLevels.flatMap((level) => windows.map((window) => badRatio(level, window, timing)))
  const alerts = serviceLevels.flatMap((level) => timing.burn.map((window) => burnAlert(level, window, timing)))
  // One group: its rules are evaluated in order, so that an alert uses the ratio of the same evaluation and not of the previous one.
  return [{ name: 'slo', rules: [...recordings, ...alerts] }]
}

function badRatio(level: ServiceLevel, window: string, timing: Timing): RecordingRule {
  const bad = `sum(increase(journey_events_total{journey="${level.journey}",outcome=~"${level.bad}"}[${window}]))`
  const all = `sum(increase(journey_events_total{journey="${level.journey}"}[${window}]))`
  const samples = seconds(window) / timing.scrapeSeconds
  const observed = `clamp_max(max(count_over_time(journey_events_total{journey="${level.journey}",outcome="good"}[${window}])) / ${samples}, 1)`
  return { record: ratioOf(level, window), expr: `(${bad} / (${all} > 0)) * ${observed}` }
}

function burnAlert(level: ServiceLevel, window: Timing['burn'][number], timing: Timing): AlertingRule {
  const budget = Number((1 - level.objective).toFixed(4))
  const threshold = Number((window.factor * budget).toFixed(4))
  const paged = window.severity === 'page'
  return {
    alert: paged ? level.alert : `${level.alert}Slow`,
    expr: `${ratioOf(level, window.long)} > ${threshold} and ${ratioOf(level, window.short)} > ${threshold}`,
    keep_firing_for: timing.burnHolds,
    labels: { severity: window.severity, service: level.service, journey: level.journey, slo: level.kind },
    annotations: {
      summary: level.title,
      description: `{{ $value | humanizePercentage }} of ${level.journey} events in the last ${window.long} missed the objective of ${level.objective * 100} %: the error budget burns more than ${window.factor} times too fast.`,
      runbook_url: `/runbooks/${level.journey}`,
    },
  }
}
