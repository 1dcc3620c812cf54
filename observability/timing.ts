/**
 * The two speeds of a range: `drill` pages within seconds, `production` has the usual windows. The rules are the same. Values are Prometheus
 * durations; a burn-rate window pair is long and short, from the SRE Workbook, chapter 5, table 5-8.
 */
interface BurnWindow {
  long: string
  short: string
  /** Multiple of the rate at which the budget lasts exactly the SLO's period. */
  factor: number
  severity: 'page' | 'ticket'
}

export interface Timing {
  scrapeSeconds: number
  evaluationSeconds: number
  /** Window of `rate()` for golden signals. */
  rate: string
  burn: BurnWindow[]
  /** `for` of alerts on clear causes (a target is down), and of those that flap. */
  /** A burn-rate alert keeps firing for this long, so that users who arrive in waves do not page in waves. */
  burnHolds: string
  certainFor: string
  flappingFor: string
  groupWait: string
  groupInterval: string
  repeatInterval: string
}

export const timings: Record<'drill' | 'production', Timing> = {
  drill: {
    scrapeSeconds: 1,
    evaluationSeconds: 1,
    rate: '10s',
    burn: [
      { long: '30s', short: '5s', factor: 14.4, severity: 'page' },
      { long: '3m', short: '15s', factor: 6, severity: 'ticket' },
    ],
    burnHolds: '15s',
    certainFor: '3s',
    flappingFor: '10s',
    groupWait: '1s',
    groupInterval: '1s',
    repeatInterval: '10m',
  },
  production: {
    scrapeSeconds: 15,
    evaluationSeconds: 15,
    rate: '2m',
    burn: [
      { long: '1h', short: '5m', factor: 14.4, severity: 'page' },
      { long: '6h', short: '30m', factor: 6, severity: 'page' },
      { long: '3d', short: '6h', factor: 1, severity: 'ticket' },
    ],
    burnHolds: '5m',
    certainFor: '1m',
    flappingFor: '5m',
    groupWait: '30s',
    groupInterval: '5m',
    repeatInterval: '4h',
  },
}

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** Seconds of a Prometheus duration of one unit. */
export function seconds(duration: string): number {
  const match = /^(\d+)([smhd])$/.exec(duration)
  if (!match) throw new TypeError(`'${duration}' is not a duration of one unit`)
  return Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds]
}
