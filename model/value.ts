import type { Unit } from './dashboard.ts'

/** A value as people read it, by its unit. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  switch (unit) {
    case 'seconds':
      return value < 1 ? `${trim(value * 1_000)} ms` : `${trim(value)} s`
    case 'ratio':
      return `${trim(value * 100)} %`
    case 'rps':
      return `${trim(value)}/s`
    case 'bytes':
      return `${trim(value / 1024 / 1024)} MB`
    case 'count':
      return trim(value)
  }
}

const trim = (value: number): string =>
  (Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)).replace(/\.0+$/, '')
