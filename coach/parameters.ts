/**
 * The coach's parameters. Helping immediately takes the learning away, helping too late the motivation (the assistance dilemma: Koedinger & Aleven
 * 2007). A trainee who makes no progress after several times the par will hardly succeed alone (wheel-spinning: Beck & Gong 2013). A trainee who asks
 * for hint after hint without trying learns nothing from them (help abuse: Aleven & Koedinger 2000).
 */
export const coachParameters = {
  /** Struggle at which the first, second and third rung is given unasked; a struggle of 1 is the step's par. */
  struggleAt: [0.75, 1.15, 2.1],
  /** What adds to struggle, apart from time: each wrong cause, harmful action, repeated or failed action, and request for help. */
  wrongCause: 0.3,
  harmfulAction: 0.4,
  fruitlessAction: 0.15,
  ask: 0.25,
  /** Minimum time for a step before it counts as struggle, however short its par. */
  leastParMs: 45_000,
  /** Minimum time between two rungs of one step, so that a hint is read and tried. */
  pauseMs: 45_000,
  /** The same, when time has run out. */
  shortPauseMs: 12_000,
  /** If the last hint was not tried, the next comes only after this. */
  untriedPauseMs: 120_000,
  /** Waiting time on request: this long, and as much again for each request without any action since. */
  askPauseMs: 20_000,
  longestAskPauseMs: 60_000,
  /** Shares of the drill's time from which hints come faster, and come without further struggle. */
  hurryFrom: 0.6,
  hurryFull: 0.95,
  /** The maximum of this speed-up if others wait but there is time left: more would be hint after hint. */
  hurryForOthers: 0.9,
  /** With less time than this left, a trainee who is still working gets an extension, at most this often. */
  extendWithinMs: 60_000,
  extendByMs: 180_000,
  extensions: 2,
  /** After every hint for a step, the scenario is eased after this time, if its author allows it. */
  easeAfterMs: 60_000,
  /** With less time than this left and no more extensions, the coach says what is done and what is missing. */
  wrapUpWithinMs: 45_000,
  /** A trainee who has done something within this time is still working. */
  atWorkMs: 120_000,
} as const
