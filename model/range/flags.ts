/** One change of a feature flag, newest last in a list. */
export interface FlagChange {
  flag: string
  /** The service that reads it; empty for a flag that does not say. */
  service: string
  /** ISO 8601. */
  at: string
  by: string
  /** Who got what before and who gets what now, in words: `off`, `on for 25 %, off for 75 %`, `disabled`; `none` for a flag that is not there. */
  from: string
  to: string
}

/** Feature flags of the shop: one file in flagd's format, which the services that use flags follow without a restart. */
export interface FlagsPort {
  /** The text of the file. */
  read(): Promise<string>
  /** That of a fresh range. */
  baseline(): string
  /**
   * Replaces the file, and resolves to what changed. Services follow within a second. Throws `bad-request` with each mistake of the text on a line. With
   * `ifIs`, it is replaced only if that is still its text; throws `outdated` otherwise.
   */
  apply(text: string, by: string, ifIs?: string | null): Promise<FlagChange[]>
  /** Changes since the range was last restored. */
  history(): Promise<FlagChange[]>
  /** Restores the file of a fresh range, and forgets all changes. */
  reset(): Promise<void>
}
