import type { DrillEvent } from '../model/drill.ts'

/** A change of the shop that a handover note has to list. */
export interface Done {
  /** Milliseconds since the epoch. */
  at: number
  /** Its text in the better version. */
  words: string
  isListed(text: string): boolean
}

type Ran = Extract<DrillEvent, { type: 'action-run' }>

/** Verbs with the meaning of an action's own; and irregular forms. */
const alsoSaid: Record<string, string> = {
  bind: 'bound',
  change: 'set',
  deploy: 'roll(?:ed|ing)? out|ship',
  end: 'stop|abort',
  issue: 'renew|new certificate',
  lift: 'rais|increas|remov',
  limit: 'throttl|cap',
  purge: 'empt|clear|delet',
  restart: 'reboot|bounc|kill',
  scale: 'replica',
  set: 'chang|rais|increas|lower|mov',
  stop: 'kill|end|abort',
  switch: 'fail(?:ed|ing)? over',
  terminate: 'kill|end|stop',
}

const within = (text: string, pattern: string): boolean => new RegExp(String.raw`\b(?:${pattern})`, 'i').test(text)
const literally = (words: string): string => words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** The targets of an action: the names among its parameters. */
const targetsOf = ({ params }: Ran): string[] =>
  Object.values(params).flatMap((value) => (typeof value === 'string' && /^[\w.-]{2,40}$/.test(value) ? [value] : []))

const verbOf = ({ title }: Ran): string => (title.split(' ')[0] ?? '').toLowerCase()
const saysVerb = (verb: string, text: string): boolean =>
  within(text, literally(verb.replace(/e$/, ''))) || (alsoSaid[verb] !== undefined && within(text, alsoSaid[verb]))
/** Numbers occur in many sentences that are about something else. */
const saysTarget = (run: Ran, text: string): boolean =>
  targetsOf(run).some((target) => /[a-z]/i.test(target) && within(text, literally(target)))

/** Changes of the shop up to a moment, each once, oldest first: by successful actions, and in terminals. */
export function doneBy(events: readonly DrillEvent[], at: number): Done[] {
  const past = events.filter((event) => event.at <= at)
  const runs = past.filter((event): event is Ran => event.type === 'action-run' && event.kind === 'change' && event.ok)
  const verbs = runs.map((run) => verbOf(run))
  const isAlone = (run: Ran): boolean => verbs.filter((verb) => verb === verbOf(run)).length === 1
  const byKey = new Map<string, Done>()
  for (const event of past) {
    const done = event.type === 'action-run' && runs.includes(event) ? ofAction(event, isAlone(event)) : inTerminal(event)
    if (done && !byKey.has(done.words)) byKey.set(done.words, done)
  }
  return [...byKey.values()]
}

function ofAction(run: Ran, isAlone: boolean): Done {
  const verb = verbOf(run)
  const targets = targetsOf(run)
  return {
    at: run.at,
    words: `${run.title}${targets.length > 0 ? ` (${targets.join(', ')})` : ''}`,
    // Similar ones are distinguished by their targets.
    isListed: (text) => saysVerb(verb, text) && (isAlone || saysTarget(run, text)),
  }
}

function inTerminal(event: DrillEvent): Done | null {
  if (event.type !== 'command-run' || event.kind !== 'change' || event.status !== 0) return null
  const { command } = event
  const said = [...new Set(command.match(/[a-z_]{4,}/gi) ?? [])].map((word) => literally(word))
  return { at: event.at, words: `$ ${command}`, isListed: (text) => said.some((word) => within(text, word)) }
}

/** Changes that a note claims but that were not made: only for unambiguous verbs, and only if nothing was changed in a terminal. */
export function neverDone(text: readonly string[], events: readonly DrillEvent[], at: number): string[] {
  const past = events.filter((event) => event.at <= at)
  if (past.some((event) => event.type === 'command-run')) return []
  const did = past.flatMap((event) => (event.type === 'action-run' && event.kind === 'change' ? [event.action] : []))
  const claimed = text.filter(
    (sentence) => !/\b(?:not|never|nothing|no|next|should|could|would|will|may|might|if|before|try)\b|n['’]t\b/i.test(sentence),
  )
  return Object.entries(unmistakable).flatMap(([what, { said, done }]) =>
    claimed.some((sentence) => said.test(sentence)) && !did.some((action) => done.test(action)) ? [what] : [],
  )
}
const unmistakable: Record<string, { said: RegExp; done: RegExp }> = {
  'a restart': { said: /\brestarted\b/i, done: /restart/ },
  'a rollback': { said: /\brolled back\b/i, done: /roll-back|deploy/ },
}
