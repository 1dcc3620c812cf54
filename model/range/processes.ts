import type { ComponentName, ServiceName } from '../components.ts'

export type ProcessSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

/** What the clock of a service shows. */
export interface ClockReading {
  service: ServiceName
  /** By how much it is ahead of the host's, in whole seconds, negative where it is behind; 0 where they agree; null where the service does not answer. */
  offsetSeconds: number | null
}

/** The components' processes, or their equivalent on this target. */
export interface ProcessesPort {
  start(name: ComponentName): Promise<void>
  stop(name: ComponentName): Promise<void>
  restart(name: ComponentName): Promise<void>
  signal(name: ComponentName, signal: ProcessSignal): Promise<void>
  /**
   * The process's limit of open file descriptors, the highest limit that it could be given, and the number it has open; null when it does not run.
   */
  descriptors(name: ComponentName): Promise<{ limit: number; most: number; open: number } | null>
  /** Sets the limit; null raises it to the one that the process was started with. A restart resets it. */
  limitDescriptors(name: ComponentName, limit: number | null): Promise<void>
  /** What each service says that the time is, as it answers a request. */
  clocks(): Promise<ClockReading[]>
  /**
   * Puts the clock of a service's process that many seconds ahead of the host's, or behind it; 0 puts it right. Resolves when the service shows it. The
   * clock stays wrong when the service restarts. Timers are not affected. Restarts a service whose clock was right. Throws `component-failed` where
   * the range lacks `clocks`.
   */
  setClock(service: ServiceName, offsetSeconds: number): Promise<void>
}
