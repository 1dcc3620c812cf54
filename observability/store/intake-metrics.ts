import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { tables } from './tables.ts'

/** Maximum number of services with counters of their own: a sender that makes names up must not fill Prometheus. */
const mostServices = 50
const longestName = 100

/** The label of a service: its name, `unknown` for none, and `other` when there are too many. */
export function serviceLabels(): (service: string) => string {
  const known = new Set<string>()
  return (service) => {
    const name = service.slice(0, longestName).toWellFormed()
    if (name === '') return 'unknown'
    if (known.has(name)) return name
    if (known.size === mostServices) return 'other'
    known.add(name)
    return name
  }
}

export type IntakeMetrics = ReturnType<typeof intakeMetrics>

export function intakeMetrics(registry: Registry, rowsHeld: () => number) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labels: Label[]) => {
    const metric = new Counter({ name, help, labelNames: ['table' as const, ...labels], registers })
    // Safe: the others are left out.
    for (const table of tables) metric.inc({ table } as Record<'table' | Label, string>, 0)
    return metric
  }
  void new Gauge({
    name: 'store_rows_waiting',
    help: 'Rows that wait for the database',
    registers,
    collect() {
      this.set(rowsHeld())
    },
  })
  return {
    accepted: counter('store_rows_accepted_total', 'Rows taken'),
    rejected: counter('store_records_rejected_total', 'Records refused for what they are, as for an id that is none', 'service', 'reason'),
    rejectedRequests: counter('store_requests_rejected_total', 'Requests refused because they could not be read'),
    shed: counter('store_rows_shed_total', 'Rows refused for want of room'),
    written: counter('store_rows_written_total', 'Rows in the database'),
    lost: counter('store_rows_lost_total', 'Rows that the database would not take', 'service', 'reason'),
    refusedRequests: new Counter({ name: 'store_requests_shed_total', help: 'Requests refused unread for want of room', registers }),
    refusedBytes: new Counter({ name: 'store_bytes_shed_total', help: 'Bytes of requests refused unread', registers }),
    duration: new Histogram({ name: 'store_insert_duration_seconds', help: 'Time of one insert', registers }),
  }
}
