/** The parameters of how people speak. An engineer who is interrupted takes minutes to get back into a task, so unrequested messages are rare. */
export const peopleParameters = {
  /** Minimum time between two speakers, including the coach. */
  gapMs: 10_000,
  /** After a person has spoken unasked, the coach does not interrupt a trainee who is only late for this long. */
  leftAloneMs: 120_000,
  /** Minimum time between two unrequested messages of people: for a trainee who is ahead, for most, and for one who is busy. */
  spacingMs: { several: 120_000, two: 150_000, one: 180_000 },
  /** A person whose wish was not fulfilled in time asks again after this time. */
  reminderAfterMs: 30_000,
  /** The next responder reads the handover note after this time, and says thanks. */
  readingMs: 20_000,
  /** The maximum length of a requested quiet, and the maximum number in a drill. */
  longestQuietMs: 600_000,
  quiets: 3,
} as const
