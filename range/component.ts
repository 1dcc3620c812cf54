import type { ComponentName } from '../model/components.ts'
import type { PortName, RangeContext } from './context.ts'
import type { Readiness } from './readiness/readiness.ts'
import type { LogFormat } from '../model/log-format.ts'

export interface ProcessSpec {
  file: string
  args: string[]
  /** Added to a small clean environment (PATH, HOME; UTF-8, UTC). */
  env: Record<string, string>
  cwd?: string
  /** Name of the operating-system user to run as, when started by root. */
  user?: string
  /** One of ours: the TypeScript among `args`, relative to the checkout. Its bundle may run in its place. */
  program?: string
}

/** One component of the range, described once: its ports, its command, and how to tell that it is ready. */
export interface Component {
  name: ComponentName
  title: string
  role: 'service' | 'datastore' | 'mesh' | 'observability' | 'load' | 'control'
  ports: Record<string, PortName>
  /** Components that it calls: edges of the map. Start order does not follow from it: everything starts at once. */
  calls: ComponentName[]
  /** Makes data folders and renders configuration; idempotent. */
  prepare?(context: RangeContext): Promise<void>
  /** One of ours: its TypeScript, relative to the checkout, of which a bundle is made ahead. */
  program?: string
  process(context: RangeContext): ProcessSpec
  readiness(context: RangeContext): Readiness
  /** Runs once the process is ready, before the component counts as started; idempotent. */
  afterReady?(context: RangeContext): Promise<void>
  /** Asks politely first; the process group is killed after the deadline. */
  stop: { signal: NodeJS.Signals; deadlineMs: number }
  /** Until it must be ready, on a machine that has little else to do; one that is slow or busy gives it longer (`patienceOn`). */
  startDeadlineMs: number
  metrics?: { port: PortName; path: string }
  logs: { format: LogFormat; file?(context: RangeContext): string }
}

/** A component of the topology: one file in `range/components/` each. */
export const defineComponent = (component: Component): Component => component

/** The usual stop and start deadlines. */
export const gentle = { signal: 'SIGTERM', deadlineMs: 10_000 } as const
