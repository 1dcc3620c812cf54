import type { ComponentName } from '../model/components.ts'
import type { PortName, RangeContext } from './context.ts'
import type { Readiness } from './readiness/readiness.ts'
import type { LogFormat } from '../model/log-format.ts'

export interface ProcessSpec {
  file: string
  args: string[]
  /** Added to a minimal environment (PATH, HOME; UTF-8, UTC). */
  env: Record<string, string>
  cwd?: string
  /** Name of the operating-system user to run as, when started by root. */
  user?: string
  /** For one of our programs: the TypeScript file among `args`, relative to the checkout. Its bundle may run instead. */
  program?: string
}

/** One component of the range, described once: its ports, its command, and its readiness check. */
export interface Component {
  name: ComponentName
  title: string
  role: 'service' | 'datastore' | 'mesh' | 'observability' | 'load' | 'control'
  ports: Record<string, PortName>
  /** Components that it calls: the edges of the map. They do not determine a start order: everything starts at once. */
  calls: ComponentName[]
  /** Makes data folders and renders configuration; idempotent. */
  prepare?(context: RangeContext): Promise<void>
  /** For one of our programs: its TypeScript file, relative to the checkout, to be bundled in advance. */
  program?: string
  process(context: RangeContext): ProcessSpec
  readiness(context: RangeContext): Readiness
  /** Runs once the process is ready, before the component counts as started; idempotent. */
  afterReady?(context: RangeContext): Promise<void>
  /** Stops it with a signal; the process group is killed after the deadline. */
  stop: { signal: NodeJS.Signals; deadlineMs: number }
  /** Deadline for becoming ready on an idle machine; a slow or busy one gets longer (`patienceOn`). */
  startDeadlineMs: number
  metrics?: { port: PortName; path: string }
  logs: { format: LogFormat; file?(context: RangeContext): string }
}

/** A component of the topology: one file in `range/components/` each. */
export const defineComponent = (component: Component): Component => component

/** The usual deadlines for stop and start. */
export const gentle = { signal: 'SIGTERM', deadlineMs: 10_000 } as const
