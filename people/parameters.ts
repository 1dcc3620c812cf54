/** By what people speak. An engineer who is interrupted takes minutes to get back into a task, so unasked words are rare. */
export const peopleParameters = {
  /** Between two voices, the coach's among them. */
  gapMs: 10_000,
  /** After a person has spoken unasked, the coach leaves whoever is only late alone for so long. */
  leftAloneMs: 120_000,
  /** Between two unasked words of people: for a trainee who is ahead, for most, and for one who has enough to do. */
  spacingMs: { several: 120_000, two: 150_000, one: 180_000 },
  /** Somebody who waits asks once more, so long after the time had passed. */
  reminderAfterMs: 30_000,
  /** Who was left a handover note says thanks when it is read. */
  readingMs: 20_000,
  /** As long as a quiet that is asked for may be, and as many as there are in a drill. */
  longestQuietMs: 600_000,
  quiets: 3,
} as const
