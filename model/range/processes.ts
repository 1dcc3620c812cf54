import type { ComponentName } from '../components.ts'

export type ProcessSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

/** Processes of components, or what stands for them where the shop runs. */
export interface ProcessesPort {
  start(name: ComponentName): Promise<void>
  stop(name: ComponentName): Promise<void>
  restart(name: ComponentName): Promise<void>
  signal(name: ComponentName, signal: ProcessSignal): Promise<void>
  /** File descriptors that the running process may open, those that it could be given, and those it has open; null when it does not run. */
  descriptors(name: ComponentName): Promise<{ limit: number; most: number; open: number } | null>
  /** Limits them; null lifts the limit as far as the process was started with. A restart forgets it. */
  limitDescriptors(name: ComponentName, limit: number | null): Promise<void>
}
