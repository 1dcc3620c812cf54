import type { ComponentName } from '../components.ts'

export type ProcessSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

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
}
