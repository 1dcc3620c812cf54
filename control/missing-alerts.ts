/** Looks after which an alert that Alertmanager no longer has is over: it forgets all when it starts anew, and is told again soon. */
const looks = 3

/**
 * Finds out which alerts are over without anybody having been told: Alertmanager leaves out of a notification what is inhibited or silenced at that moment,
 * also that it resolved, and whoever waits for it waits for ever.
 */
export class MissingAlerts {
  readonly #missed = new Map<string, number>()

  /** Fingerprints of `firing` that were not among what Alertmanager has for the third time in a row. */
  over(firing: readonly string[], known: ReadonlySet<string>): string[] {
    for (const fingerprint of this.#missed.keys()) if (!firing.includes(fingerprint)) this.#missed.delete(fingerprint)
    return firing.filter((fingerprint) => {
      const missed = known.has(fingerprint) ? 0 : (this.#missed.get(fingerprint) ?? 0) + 1
      this.#missed.set(fingerprint, missed)
      return missed >= looks
    })
  }
}

/** Fingerprints of all that Alertmanager has, inhibited and silenced as well; null when it does not answer. */
export async function alertsIn(alertmanager: string): Promise<ReadonlySet<string> | null> {
  try {
    const response = await fetch(`${alertmanager}/api/v2/alerts`, { signal: AbortSignal.timeout(2_000) })
    if (!response.ok) return null
    // Safe: Alertmanager's own API.
    return new Set(((await response.json()) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint))
  } catch {
    return null
  }
}
