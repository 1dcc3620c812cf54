export type Unit = 'seconds' | 'ratio' | 'rps' | 'count' | 'bytes'

export interface Query {
  /** PromQL; `$rate` stands for the range of `rate()`. */
  expr: string
  /** Name of each series; `{{label}}` is replaced. */
  legend: string
}

export interface Panel {
  title: string
  unit: Unit
  queries: Query[]
  /** A histogram whose exemplars are drawn as dots that open their trace. */
  exemplars?: string
  /** A line drawn across: an objective. */
  threshold?: { value: number; label: string }
}

/** Defined once: drawn by the console, emitted as Grafana JSON. */
export interface Dashboard {
  id: string
  title: string
  /** The service that it is about, for links from alerts and spans. */
  component?: string
  panels: Panel[]
}
