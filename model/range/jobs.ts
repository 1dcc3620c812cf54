/** The CPU precedence of a job: the shop's, or the monitoring's. */
export type JobTier = 'shop' | 'watch'

/** The shop's maintenance jobs: programs that the shop's staff run by hand. */
export interface JobsPort {
  /** Runs with the shop's precedence by default; `watch` is the monitoring's. In a cluster, the pod's resource requests decide. */
  start(name: string, params: Record<string, string>, tier?: JobTier): Promise<string>
  stop(id: string): Promise<void>
  running(): Promise<string[]>
}
