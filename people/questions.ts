import type { Fact } from '../model/people.ts'

/** Words without relevance for the subject of a question. */
const empty: ReadonlySet<string> = new Set(
  (
    'a about an and any anything are at be been can could did do does for from had has have i in is it me my of on or our please so ' +
    'some something tell than that the their them there they this to us was we were what which will with would you your'
  ).split(' '),
)
const stemLength = 5

/** Stems of the relevant words. */
const stemsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !empty.has(word))
    .map((word) => (word.length > 3 ? word.replace(/(?:ies|es|s)$/, '') : word).slice(0, stemLength))

/** Stems that occur in any conversation: a phrase needs another word in addition to these. */
const everyday: ReadonlySet<string> = new Set(
  stemsOf(
    'answer broken cause customer error everything fact fix happen how issue know look message now order people problem question release ' +
      'request role say see show slow state status system text time user wait when where who why wrong work',
  ),
)
/** Whether a phrase would match a conversation about something else. */
export const isLoose = (phrase: string): boolean => {
  const stems = stemsOf(phrase)
  return stems.length === 0 || (stems.length === 1 && everyday.has(stems[0] ?? ''))
}

/**
 * The fact that a question is about: all words of one of its phrases are in one sentence of the question. Of several, that with the longest phrase. A
 * long text that mentions everything is about nothing in particular, so each sentence is matched separately.
 */
export function factAsked(question: string, facts: readonly Fact[]): Fact | null {
  let best: { fact: Fact; weight: number } | null = null
  for (const sentence of question.split(/[.!?;:\n]+/)) {
    const said = new Set(stemsOf(sentence))
    if (said.size > mostStems) continue
    for (const fact of facts)
      for (const phrase of fact.asked) {
        const wanted = stemsOf(phrase)
        if (wanted.length === 0 || !wanted.every((stem) => said.has(stem))) continue
        if (!best || wanted.length > best.weight) best = { fact, weight: wanted.length }
      }
  }
  return best?.fact ?? null
}
/** A sentence with more relevant words is a list of words, and no question. */
const mostStems = 25

/** Whether a question has a word in common with a fact, so that a model may match them. */
export const isNear = (question: string, fact: Fact): boolean => {
  const said = new Set(stemsOf(question))
  return [fact.topic, ...fact.asked].some((phrase) => stemsOf(phrase).some((stem) => said.has(stem)))
}

const question =
  /^\W*(?:what|when|where|which|who|why|how|is|are|was|were|do|does|did|can|could|would|will|have|has|tell|show|check|look|explain|please)\b|\?\s*$/i
const sentences = (text: string): string[] => text.split(/(?<=[.!?;\n])\s*/).filter((sentence) => sentence.trim() !== '')

/** Whether a text asks something. */
export const asks = (text: string): boolean => sentences(text).some((sentence) => question.test(sentence.trim()))

/** Whether a text states something: one of its sentences is not a question, and has more than a word or two. */
export const tells = (text: string): boolean =>
  sentences(text).some((sentence) => !question.test(sentence.trim()) && sentence.trim().split(/\s+/).length >= 3)
