import { z } from 'zod'
import type { AlertSummary } from '../model/drill.ts'

/** An alert that Alertmanager has now. */
export interface CurrentAlert extends AlertSummary {
  /** Whether it is neither silenced nor inhibited, so that its notification was or will be sent. */
  active: boolean
}

/** Polls after which an alert that Alertmanager no longer has is over: after a restart it has none, until Prometheus sends them again. */
const looksUntilOver = 3
/** Polls after which a page that Alertmanager has but nobody received counts as received: its notification may be on its way. */
const looksUntilHeard = 2

/**
 * Compares the pages that were received with the alerts that Alertmanager has, in both directions: notifications get lost (while nobody listened, or
 * when an alert was inhibited or silenced as it resolved), and are repeated only after minutes, or never.
 */
export class AlertReconciliation {
  readonly #missed = new Map<string, number>()
  readonly #unheard = new Map<string, number>()

  /**
   * Processes one poll. `over`: received, but no longer firing. `unheard`: pages that fire but were never received. `since` is when the drill began,
   * in milliseconds since the epoch: alerts that fired before are not its pages.
   */
  look<Known extends { fingerprint: string }>(
    received: readonly Known[],
    current: readonly CurrentAlert[],
    since: number,
  ): { over: Known[]; unheard: AlertSummary[] } {
    const there = new Set(current.map(({ fingerprint }) => fingerprint))
    const known = new Set(received.map(({ fingerprint }) => fingerprint))
    const missing = received.filter(({ fingerprint }) => !there.has(fingerprint))
    const silent = current.filter(
      ({ fingerprint, severity, active, startsAt }) =>
        active && severity === 'page' && !known.has(fingerprint) && Date.parse(startsAt) >= since,
    )
    return {
      over: seenFor(looksUntilOver, this.#missed, missing),
      unheard: seenFor(looksUntilHeard, this.#unheard, silent).map(({ active: _active, ...alert }) => alert),
    }
  }
}

/** Those that were among `now` in this many polls in a row. */
function seenFor<Alert extends { fingerprint: string }>(looks: number, counts: Map<string, number>, now: readonly Alert[]): Alert[] {
  const present = new Set(now.map(({ fingerprint }) => fingerprint))
  for (const fingerprint of counts.keys()) if (!present.has(fingerprint)) counts.delete(fingerprint)
  return now.filter(({ fingerprint }) => {
    const count = (counts.get(fingerprint) ?? 0) + 1
    counts.set(fingerprint, count)
    return count >= looks
  })
}

/** `GET /api/v2/alerts` of Alertmanager (api/v2/openapi.yaml, `gettableAlerts`). */
const gettableAlerts = z.array(
  z.object({
    fingerprint: z.string(),
    startsAt: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    status: z.object({ state: z.enum(['unprocessed', 'active', 'suppressed']) }),
  }),
)

/** All firing alerts, including inhibited and silenced ones; null when Alertmanager does not answer. */
export async function alertsIn(alertmanager: string): Promise<CurrentAlert[] | null> {
  try {
    const response = await fetch(`${alertmanager}/api/v2/alerts`, { signal: AbortSignal.timeout(2_000) })
    if (!response.ok) return null
    return gettableAlerts.parse(await response.json()).map(({ fingerprint, startsAt, labels, annotations, status }) => ({
      fingerprint,
      startsAt,
      name: labels['alertname'] ?? 'unnamed',
      severity: labels['severity'] ?? 'page',
      summary: annotations['summary'] ?? '',
      active: status.state === 'active',
    }))
  } catch {
    return null
  }
}
