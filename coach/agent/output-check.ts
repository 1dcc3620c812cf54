import { shopComponentNames } from '../../model/components.ts'
import { guardedWords } from './vocabulary.ts'

/** What a model's text is checked against. */
export interface OutputRules {
  /** Hints that were not given, and all other sentences that must not go out. */
  secrets: readonly string[]
  /** What the drill itself has told the trainee: its words may be repeated. Not the trainee's own words, because that would confirm guesses. */
  known: readonly string[]
  /** The model's answers in this drill, oldest first: a secret may come in pieces, and repetition is annoying. */
  before: readonly string[]
  /** Whether the trainee may be guessing: an answer must not begin with yes or no. */
  guessing: boolean
  /** Whether the drill is over: then only the form is checked. */
  over?: boolean
}

export const longestReply = 600
const shingleSize = 3
/** This many consecutive words of a secret cannot be chance. */
const runSize = 5
/** This many shingles of one secret cannot be chance. */
const mostShingles = 2

/**
 * Why a text may not go out, or null. Wherever possible it is compared with what the drill has already said, not with the answer: refusals then
 * reveal nothing to a trainee who tries repeatedly.
 */
export function refusal(text: string, rules: OutputRules): string | null {
  const plain = text.trim()
  if (plain === '') return 'empty'
  if (plain.length > longestReply) return `longer than ${longestReply} characters`
  if (/https?:|www\.|\]\(|<[a-z!/]/i.test(plain)) return 'a link or markup'
  if (rules.over) return null
  if (/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(plain)) return 'a script that cannot be checked'
  if (/[\p{Cf}\p{Co}]/u.test(plain)) return 'invisible characters'
  if (/```|[^\s]{25,}/.test(plain)) return 'code, or something that is not a word'
  if (/(?:[\p{L}\d][\s.,_*|/-]+){4,}[\p{L}\d](?![\p{L}\d])/u.test(plain) && spelled(plain)) return 'something spelled out'
  if (!isEnglish(plain)) return 'a language that cannot be checked'
  if (
    rules.guessing &&
    /^\W*(?:yes|no|nope|yep|yeah|correct|right|exactly|indeed|true|false|wrong|not quite|warm|cold|close|that is it|you are right|bingo)\b/i.test(
      plain,
    )
  )
    return 'a guess confirmed or denied'
  const known = new Set(rules.known.flatMap(variants))
  const knownText = ` ${rules.known.map((line) => words(line).join(' ')).join(' | ')} `
  const said = guardedIn(plain, [...rules.before.slice(-4), plain])
  const isKnown = (word: string): boolean => knownText.includes(` ${word} `) || (known.has(word) && !isComponent(word))
  for (const word of said) if (!isKnown(word)) return `a name that the drill has not mentioned: ${word}`
  if (rules.secrets.some((secret) => isNear([...rules.before.slice(-4), plain].join(' '), secret, rules.known.join('. '))))
    return 'too close to a hint that was not given'
  if (rules.before.some((earlier) => words(earlier).join(' ') === words(plain).join(' '))) return 'said before'
  return null
}

/** A trainee who was told about a payment was not told about the component payments. Orders are mentioned in every drill. */
const isComponent = (word: string): boolean => word !== 'orders' && (shopComponentNames as readonly string[]).includes(word)

/** The guarded words in a text, including disguised ones; in earlier texts only those that are split into pieces. */
function guardedIn(text: string, together: readonly string[]): Set<string> {
  const found = new Set<string>()
  const tokens = words(text)
  const line = ` ${tokens.join(' ')} `
  for (const word of guardedWords) if (line.includes(` ${word} `)) found.add(word)
  const single = new Set(guardedWords.filter((word) => word.length >= 5 && !word.includes(' ')))
  const disguises = [...tokens, ...text.split(/[\s,;:!?"()]+/)].flatMap(disguised)
  for (const form of disguises) for (const word of single) if (form.includes(word) && !line.includes(` ${word} `)) found.add(word)
  for (const initials of [tokens, text.split(/\n|[.!?]\s/).map((part) => words(part)[0] ?? '')]) {
    const letters = initials.map((token) => token[0] ?? '').join('')
    for (const word of single) if (word.length >= 6 && letters.includes(word)) found.add(word)
  }
  // Split into pieces, over this text or the last few.
  const pieces = words(together.join(' '))
  for (const [index] of pieces.entries()) {
    let joined = pieces[index] ?? ''
    for (const piece of pieces.slice(index + 1, index + 14)) {
      joined += piece
      if (joined.length > 14) break
      if (single.has(joined)) found.add(joined)
    }
  }
  return found
}

/** Other forms in which a token may hide a word: reversed, ROT13, digits for letters, base64 or hex. */
function disguised(token: string): string[] {
  const lower = token.toLowerCase()
  const forms = [
    // A word within a longer one, as in an identifier.
    /[_-]|[a-z][A-Z]/.test(token) ? lower.replaceAll(/[^a-z]/g, '') : '',
    [...lower].toReversed().join(''),
    lower.replaceAll(/[a-z]/g, (letter) => String.fromCodePoint(((letter.codePointAt(0)! - 97 + 13) % 26) + 97)),
    /\d|[@$]/.test(lower) ? lower.replaceAll(/[01345@7$]/g, (digit) => leet[digit] ?? digit) : '',
  ]
  if (/^[A-Za-z0-9+/_-]{7,}={0,2}$/.test(token)) forms.push(Buffer.from(token, 'base64').toString('latin1').toLowerCase())
  if (/^(?:[0-9a-f]{2}){4,}$/i.test(token)) forms.push(Buffer.from(token, 'hex').toString('latin1').toLowerCase())
  return forms
}
const leet: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', '@': 'a', 7: 't', $: 's' }

/** Single letters in a row, which no normal text has. */
const spelled = (text: string): boolean => /(?:(?<![\p{L}\d'’])[\p{L}\d](?![\p{L}\d'’])[\s.,_*|/-]*){5,}/u.test(text)

/** The words of a text: lower case, without accents and punctuation. */
const words = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')

/** Whether a text reveals a secret, in its words or in most of them, beyond what is known. */
function isNear(text: string, secret: string, known: string): boolean {
  const own = (of: (text: string) => string[]) => {
    const told = new Set(of(known))
    return [...new Set(of(secret))].filter((part) => !told.has(part))
  }
  const said = { shingles: new Set(shingles(text)), stems: new Set(stemsOf(text)) }
  const runs = (of: string) =>
    words(of).flatMap((_, index, all) => (index + runSize <= all.length ? [all.slice(index, index + runSize).join(' ')] : []))
  const saidRuns = new Set(runs(text))
  if (own(runs).some((run) => saidRuns.has(run))) return true
  const inOrder = own(shingles)
  const inAnyOrder = own(stemsOf)
  return (
    inOrder.filter((shingle) => said.shingles.has(shingle)).length > Math.min(mostShingles, Math.floor(inOrder.length / 3)) ||
    inAnyOrder.filter((stem) => said.stems.has(stem)).length >= Math.max(4, inAnyOrder.length / 2)
  )
}

/** Whether a text says the same as another, in its words or most of them, and little else: the only thing a small model may do. */
export function isFaithful(text: string, source: string): boolean {
  const [said, meant] = [new Set(stemsOf(text)), new Set(stemsOf(source))]
  const kept = meant.intersection(said).size
  return kept >= meant.size / 2 && said.size - kept <= said.size / 2
}

const variants = (text: string): string[] => {
  const tokens = words(text)
  return tokens.flatMap((word) => [word, word.replace(/s$/, ''), `${word}s`, word.replace(/ies$/, 'y'), word.replace(/y$/, 'ies')])
}

/** The words of a text that carry meaning, each cut to its stem. */
const stemsOf = (text: string): string[] =>
  words(text)
    .filter((word) => !functionWords.has(word))
    .map((word) => word.slice(0, 5))

/** Three of them in a row. */
function shingles(text: string): string[] {
  const stems = stemsOf(text)
  return stems.slice(0, Math.max(0, stems.length - shingleSize + 1)).map((_, index) => stems.slice(index, index + shingleSize).join(' '))
}

/** Whether enough of its words are function words that only English has. */
function isEnglish(text: string): boolean {
  const tokens = words(text)
  const count = tokens.filter((word) => functionWords.has(word)).length
  return tokens.length < 4 ? count > 0 || tokens.every((word) => plainWords.has(word)) : count / tokens.length >= 0.25
}

const functionWords = new Set(
  (
    'a about after again all also always am an and any are as at be because been before being but by can could did do does doing done ' +
    'each else even every few first for from get gets give go goes good got had has have he her here his how i if in into is it its just ' +
    'keep kept know last let like long look looked looking made make many may me might more most much must my near need new next no not ' +
    'nothing now of off on once one only or other our out over own part put rather right said same see seen she should so some still such ' +
    'take than that the their them then there these they thing things think this those through time to too try two under until up us use ' +
    'very was way we well were what when where whether which while who whole why will with within without would yet you your yours'
  ).split(' '),
)
const plainWords = new Set(['hello', 'hi', 'hey', 'thanks', 'ok', 'okay', 'great', 'nice', 'sorry', 'welcome', 'sure'])
