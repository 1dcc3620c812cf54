/** A route from an exchange to a queue. */
export interface Binding {
  exchange: string
  queue: string
  key: string
}

/** What the broker applies to queues whose names match, in addition to what the services declare. */
export interface QueuePolicy {
  name: string
  /** A regular expression. */
  pattern: string
  definition: Record<string, string | number>
}

export interface BrokerMemory {
  /** Bytes above which publishers are blocked. */
  limitBytes: number
  /** What it was started with. */
  usualLimitBytes: number
  usedBytes: number
  /** Resources whose alarm blocks publishers now, such as `memory`. */
  alarms: string[]
}

interface QueueStatus {
  name: string
  ready: number
  consumers: number
}

export interface QueueMessage {
  messageId: string | null
  redelivered: boolean
  /** The body as text, shortened to 2,000 characters. */
  body: string
  headers: Record<string, unknown>
}

const route = ({ queue, exchange, key }: Binding) => `${queue} ${exchange} ${key}`
/** By queue, exchange and key; for `toSorted`. */
export const byRoute = (a: Binding, b: Binding): number => route(a).localeCompare(route(b))

/** The shop's RabbitMQ. */
export interface QueuePort {
  status(queue: string): Promise<QueueStatus>
  publish(queue: string, body: string, headers?: Record<string, string>): Promise<void>
  /** Looks at up to `limit` messages at the head without consuming them. */
  peek(queue: string, limit: number): Promise<QueueMessage[]>
  purge(queue: string): Promise<number>
  /** Looks at up to `limit` messages at the head, and moves those accepted to another queue, or deletes them (null); returns how many. */
  move(from: string, to: string | null, limit: number, accept?: (message: QueueMessage) => boolean): Promise<number>
  /** Routes from named exchanges, sorted by `byRoute`: they are compared before and after a drill. */
  bindings(): Promise<Binding[]>
  bind(binding: Binding): Promise<void>
  unbind(binding: Binding): Promise<void>
  /** By name, sorted. */
  policies(): Promise<QueuePolicy[]>
  setPolicy(policy: QueuePolicy): Promise<void>
  removePolicy(name: string): Promise<void>
  memory(): Promise<BrokerMemory>
  /** Null restores the value that it was started with. A restart resets it. Resolves when `memory` reports the new value. */
  limitMemory(bytes: number | null): Promise<void>
}
