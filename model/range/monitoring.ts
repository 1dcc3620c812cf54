import type { ComponentName } from '../components.ts'
import type { Silence } from '../silence.ts'

/** The configuration of the range's Prometheus and Alertmanager. */
export interface MonitoringPort {
  /** Alerting rules in addition to the range's own, by file name: YAML of a Prometheus rule file. */
  extraRules(): Promise<string[]>
  /** Adds or replaces them; null removes them. */
  setExtraRules(name: string, rules: string | null): Promise<void>
  /** Components whose scrape is turned off. */
  unscraped(): Promise<ComponentName[]>
  setUnscraped(names: ComponentName[]): Promise<void>
  /** Active and pending silences of its Alertmanager, whoever created them. */
  silences(): Promise<Silence[]>
  expireSilence(id: string): Promise<void>
}
