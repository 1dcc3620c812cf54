import type { StatusUpdate, ToldDrill } from '../model/drill.ts'
import { drillClock } from '../model/drill.ts'

/** What a good update contains, and what it must not contain. */
export const updateRules = {
  journey: { of: 20, title: 'Says what hurts' },
  since: { of: 15, title: 'Says since when' },
  doing: { of: 15, title: 'Says what is being done' },
  next: { of: 15, title: 'Says when the next update comes' },
  timely: { of: 20, title: 'Comes on time' },
  audience: { of: 15, title: 'Is written for its audience' },
  blame: { of: -70, title: 'Blames nobody' },
  promise: { of: -70, title: 'Promises nothing that is not certain' },
  unknown: { of: -70, title: 'Claims nothing that was not known' },
} as const
export type UpdateRule = keyof typeof updateRules

const number = String.raw`(?:\d+|a few|several|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|an?)`
const since = new RegExp(
  String.raw`\b(?:since|started|starting|began|beginning)\b|\bfrom \d{1,2}[:.]\d{2}|\bfor (?:about |around |roughly |the last |the past |some )?${number} (?:minutes?|hours?)|\b${number} (?:minutes?|hours?) ago`,
  'i',
)
const doing =
  /\b(?:investigat\w*|look(?:ing|ed)? (?:into|for|at)|work(?:ing|ed)? (?:on|to)|check(?:ing|ed)|roll(?:ing|ed) back|restor(?:e|ing|ed)|repair\w*|fix(?:ing|ed)|(?:have|has|had) (?:found|identified|stopped|paused|restarted|taken|made|put)|test(?:ing|ed)|monitor(?:ing|ed)?|watch(?:ing|ed)?|recover(?:ing|ed|y)?|on it|clearing|catching up)\b/i
const next =
  /\bnext (?:update|word|news|message|report)\b|\b(?:update|write|report|hear from us|post|let you know|tell you more|be back|come back|call you)\b[^.!?]{0,40}\b(?:in|at|by|within|every|until|before) (?:about |around )?(?:\d|half|a few|an? |one|two|five|ten|fifteen|twenty|thirty|noon|midnight)/i
const blame =
  /\b(?:blame|(?:is|are|was|were) to blame|fault of|\w+['’]s (?:own )?fault|their fault|mess(?:ed)? (?:this |it )?up|screwed|careless\w*|incompeten\w*|sloppy|(?:somebody|someone|they|he|she|the (?:\w+ )?team|colleagues?) (?:\w+ )?(?:forgot|broke|failed to|should have|did not test|didn['’]t test)|let us down|did not do their (?:job|work))\b/i
const promise =
  /\b(?:guarantee\w*|we promise|definitely|certainly|for sure|100 ?%|never happen again|(?:won['’]t|not) happen again|any (?:minute|moment) now|(?:will|shall) (?:all )?(?:be )?(?:\w+ )?(?:fixed|back|over|solved|resolved|up|running|normal|online|working)(?: again)?\b[^.!?]{0,25}\b(?:in|within|by|at|before|shortly|soon|minutes?|hour)|back (?:up |online )?(?:in|within) \w+|(?:no|not a single|none of the) (?:orders?|payments?|data|money|customers?)\b[^.!?]{0,20}\b(?:lost|affected|charged)|nothing (?:is|was|will be|has been) lost)/i
const notPromised = /\b(?:can(?:not|['’]t)|do not|don['’]t|will not|won['’]t) (?:yet )?(?:promise|guarantee|say)\b/i
const claims =
  /\b(?:caused by|the (?:root )?cause (?:is|was)|the reason (?:is|was)|due to|because (?:of )?|comes from|it is (?:a|the) (?:attack|bug|hack))\b/i
const over =
  /\b(?:(?:is|are|has been|have been|was|were) (?:now )?(?:fully )?(?:resolved|fixed|solved|over|restored)|(?:all|everything) (?:is |works |working )?(?:clear|again|as usual|back to normal|fine|good)|back to normal)\b/i
const hedged =
  /\b(?:may|might|could|possibly|probably|perhaps|suspect|suspected|do not know|don['’]t know|not (?:yet )?known|unknown|unclear|looks like|seems|not yet|no longer sure)\b/i
/** Words that readers outside engineering do not understand. */
const jargon =
  /\b(?:postgres\w*|redis|rabbitmq|database|db|cache|queue|broker|pods?|pool|kubernetes|envoy|sidecar|prox(?:y|ies)|mesh|canary|rollback|deploy\w*|release \d|\d+\.\d+\.\d+|commit|5\d\d|http|latency|p9\d|slo|error budget|quer(?:y|ies)|sql|traces?|stack ?trace|timeouts?|threads?|cpu|oom|tls|certificate|dns|api|microservice|n\+1|replicas?|failover)\b/i
/** Internal details. */
const internal = /[€$£]\s?\d|\b(?:revenue|costs us|turnover|our team|colleague|on-?call)\b/i

const says = (text: string, pattern: RegExp): boolean => pattern.test(text)
export const sentences = (text: string): string[] => text.split(/(?<=[.!?])\s+/)

/** Whether a text describes the impact, in one of the phrases of the scenario's author. */
const saysJourney = (text: string, journeys: readonly string[]): boolean => {
  const plain = text.toLowerCase()
  return journeys.some((phrase) => plain.includes(phrase.toLowerCase()))
}

/** Whether a text claims that the incident is over, in a sentence without "maybe". */
export const claimsEnd = (text: string): boolean => sentences(text).some((sentence) => says(sentence, over) && !says(sentence, hedged))
/** Whether a sentence expresses uncertainty. */
export const isHedged = (sentence: string): boolean => says(sentence, hedged)

/** Fewer words than this say nothing. */
const fewestWords = 4
/** How late a first update may be, and from when it is worth nothing; in milliseconds after the page. */
export const firstUpdate = { bestMs: 5 * 60_000, worthlessMs: 15 * 60_000 }
/** When the next update is due if none was promised. */
export const usualCadenceMs = 10 * 60_000
const graceMs = 60_000

/** What was known when an update was written, and by when it was due. */
export interface UpdateContext {
  journeys: readonly string[]
  /** On the drill's clock, in milliseconds: when it was written, and when it was due at the latest. */
  at: number
  dueAt: number
  /** After this it gets no points for its time. */
  worthlessAt: number
  diagnosed: boolean
  mitigated: boolean
  recovered: boolean
}

/** Points for each rule; null if a rule does not apply to an update. Forbidden content costs points only if it occurs. */
export function pointsOf({ status, text, audience, nextInMs }: StatusUpdate, context: UpdateContext): Record<UpdateRule, number | null> {
  const isEmpty = text.trim().split(/\s+/).length < fewestWords
  const isEnd = status === 'resolved'
  const has = (rule: UpdateRule, ok: boolean): number => (ok && !isEmpty ? updateRules[rule].of : 0)
  const late = Math.max(0, context.at - context.dueAt) / Math.max(1, context.worthlessAt - context.dueAt)
  const inHouse = audience === 'engineers'
  const readable = inHouse || (!says(text, jargon) && !(audience === 'customers' && says(text, internal)))
  const costs = (rule: UpdateRule, found: boolean): number | null => (found ? updateRules[rule].of : null)
  const claimed = sentences(text).filter((sentence) => !says(sentence, hedged))
  return {
    journey: has('journey', saysJourney(text, context.journeys)),
    since: isEnd ? null : has('since', says(text, since)),
    doing: isEnd ? null : has('doing', says(text, doing)),
    next: isEnd ? null : has('next', nextInMs !== null || says(text, next)),
    timely: isEmpty ? 0 : Math.round(updateRules.timely.of * Math.max(0, 1 - late)),
    audience: has('audience', readable),
    blame: costs('blame', says(text, blame)),
    promise: costs(
      'promise',
      sentences(text).some((sentence) => says(sentence, promise) && !says(sentence, notPromised)),
    ),
    unknown: costs(
      'unknown',
      (isEnd && !context.recovered) ||
        (status === 'identified' && !context.diagnosed) ||
        (status === 'monitoring' && !context.mitigated) ||
        (!context.diagnosed && claimed.some((sentence) => says(sentence, claims))) ||
        (!context.mitigated && claimed.some((sentence) => says(sentence, over))),
    ),
  }
}

/** When an update is due, by the previous one; the first one by the page. */
export function dueAfter(previous: StatusUpdate | null, state: ToldDrill): { dueAt: number; worthlessAt: number } {
  if (!previous) {
    const from = drillClock(state, state.pagedAt ?? state.startedAt)
    return { dueAt: from + firstUpdate.bestMs, worthlessAt: from + firstUpdate.worthlessMs }
  }
  const dueAt = drillClock(state, previous.at) + (previous.nextInMs ?? usualCadenceMs) + graceMs
  return { dueAt, worthlessAt: dueAt + usualCadenceMs }
}
