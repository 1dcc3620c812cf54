/**
 * By what the coach decides. Helping at once takes the learning away, helping too late the will to go on (the assistance dilemma:
 * Koedinger & Aleven 2007). Who gets no further after that many times the par will hardly get further alone (wheel-spinning: Beck &
 * Gong 2013). Who asks for hint after hint without trying learns nothing from them (help abuse: Aleven & Koedinger 2000).
 */
export const coachParameters = {
  /** Struggle at which the first, second and third rung is given unasked; 1 is as long as par for the step. */
  struggleAt: [0.75, 1.15, 2.1],
  /** What adds to struggle, beside the time: each wrong cause, harmful action, repeated or failed action, and call for help. */
  wrongCause: 0.3,
  harmfulAction: 0.4,
  fruitlessAction: 0.15,
  ask: 0.25,
  /** A step is given at least this long before it counts as struggle, however short its par. */
  leastParMs: 45_000,
  /** Between two rungs of one step, so that a hint is read and tried. */
  pauseMs: 45_000,
  /** The same, when time has run out. */
  shortPauseMs: 12_000,
  /** Without having tried the last hint, the next comes only after this. */
  untriedPauseMs: 120_000,
  /** For those who ask: at least this, and as much again for each time they ask without having done anything. */
  askPauseMs: 20_000,
  longestAskPauseMs: 60_000,
  /** Share of the drill's time from which hints come faster, and at which they come without further struggle. */
  hurryFrom: 0.6,
  hurryFull: 0.95,
  /** At most so much of it where others wait and there is time left: more would be hint after hint. */
  hurryForOthers: 0.9,
  /** With less than this left, whoever still works on it gets more, so often at most. */
  extendWithinMs: 60_000,
  extendByMs: 180_000,
  extensions: 2,
  /** With every hint of a step given, the scenario is eased after this, where its author allows it. */
  easeAfterMs: 60_000,
  /** With less than this left and no more to be given, the coach says what there is and what is missing. */
  wrapUpWithinMs: 45_000,
  /** Whoever has done something within this time is still at it. */
  atWorkMs: 120_000,
} as const
