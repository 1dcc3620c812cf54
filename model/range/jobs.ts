/** With whose precedence a job runs: the shop's, or that of what watches it. */
export type JobTier = 'shop' | 'watch'

/** The shop's maintenance jobs: programs that people of the shop run by hand. */
export interface JobsPort {
  /** By itself with the precedence of the shop; `watch` is that of the monitor. In a cluster, pods have what they request. */
  start(name: string, params: Record<string, string>, tier?: JobTier): Promise<string>
  stop(id: string): Promise<void>
  running(): Promise<string[]>
}
