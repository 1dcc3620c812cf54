import type { ComponentName } from '../components.ts'
import type { Silence } from '../silence.ts'

/** The range's Prometheus, as whoever configures it. */
export interface MonitoringPort {
  /** Alerting rules beside the range's own, by the name of their file: YAML of a Prometheus rule file. */
  extraRules(): Promise<string[]>
  /** Adds or replaces them; null takes them out. */
  setExtraRules(name: string, rules: string | null): Promise<void>
  /** Components that are not scraped although they could be. */
  unscraped(): Promise<ComponentName[]>
  setUnscraped(names: ComponentName[]): Promise<void>
  /** Silences of its Alertmanager that are in force, or will be; by whatever way they were made. */
  silences(): Promise<Silence[]>
  expireSilence(id: string): Promise<void>
}
