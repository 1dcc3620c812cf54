import type { TestContext } from 'node:test'
import fc from 'fast-check'
import { seed } from './seed.ts'

/** How long each property is tested: some seconds in the suite, longer by `firedrill test fuzz`. */
const seconds = Number(process.env['FIREDRILL_FUZZ_SECONDS'] ?? 2)
if (!(seconds > 0)) throw new Error(`FIREDRILL_FUZZ_SECONDS is no number of seconds: '${process.env['FIREDRILL_FUZZ_SECONDS']}'`)

/** If a property counts its steps: this many are tested instead, however long that takes. */
export const leastSteps = process.env['FIREDRILL_FUZZ_STEPS'] === undefined ? null : Number(process.env['FIREDRILL_FUZZ_STEPS'])
if (leastSteps !== null && !(leastSteps > 0))
  throw new Error(`FIREDRILL_FUZZ_STEPS is no number of steps: '${process.env['FIREDRILL_FUZZ_STEPS']}'`)
/** Inputs with one seed; then the next seed is used, if there are to be more. */
const inputsBySeed = 200

/**
 * Tests a property with one input after another until its time is over; fails with the smallest failing input, and the seed and path that reproduce
 * it (`FIREDRILL_SEED`). With `counts`, and `FIREDRILL_FUZZ_STEPS`, it continues until that many steps are made.
 */
export async function holdsFor<Inputs extends [unknown, ...unknown[]]>(
  context: Pick<TestContext, 'diagnostic'>,
  inputs: { [Index in keyof Inputs]: fc.Arbitrary<Inputs[Index]> },
  property: (...given: Inputs) => void | Promise<void>,
  counts: { steps: () => number } | null = null,
): Promise<void> {
  let tried = 0
  let underWay: Promise<void> = Promise.resolve()
  const all = fc.asyncProperty(fc.tuple(...inputs), async (given) => {
    underWay = Promise.resolve(property(...(given as Inputs)))
    await underWay
    tried++
  })
  const least = counts === null ? null : leastSteps
  const until = least !== null ? { numRuns: inputsBySeed } : { numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1_000 }
  let by = seed
  let details = await fc.check(all, { seed: by, ...until })
  for (let made = counts?.steps() ?? 0; least !== null && !details.failed && made < least; made = counts?.steps() ?? 0) {
    process.stdout.write(`${made} steps; FIREDRILL_SEED=${++by}\n`)
    details = await fc.check(all, { seed: by, ...until })
  }
  context.diagnostic(`${tried} inputs, FIREDRILL_SEED=${seed}${by > seed ? ` to ${by}` : ''}`)
  // When the time is over, fast-check abandons the current input: later assertions would miss its effects.
  if (details.counterexample === null) await underWay
  // Running out of time is no failure; one input that takes longer than all of it is waited for.
  if (details.failed && details.counterexample !== null) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance })
}

/** A text with some of its parts cut out, duplicated, moved or replaced by texts that break parsers. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const odd = fc.oneof(
    fc.constantFrom(
      '\t',
      '\u00A0',
      '\uFEFF',
      '\0',
      '\r',
      '\r\n',
      '---\n',
      '...',
      '%YAML 1.1\n',
      '<<: *x',
      '&x ',
      '*x',
      '!!binary ',
      '{{ x }}',
      '? ',
      '- ',
      ': ',
      '|',
      '>',
      '"',
      "'",
      '#',
      '[',
      '}',
      '~',
    ),
    fc.constantFrom(
      '0x1F',
      '1e999',
      '.inf',
      '-1',
      '99999999999999999999',
      'yes',
      'null',
      '2 min',
      '1.5h',
      '*',
      '?',
      '(?!x)',
      '\\p{L}{1000}',
      'é',
      '\ud83d',
      '\u{1F600}',
      '__proto__',
      'constructor',
    ),
    fc.string({ maxLength: 12 }),
    fc.constantFrom(...texts.flatMap((text) => text.split(/\s+/)).filter(Boolean)),
  )
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 40 }), put: odd, byWord: fc.boolean() })
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 6 })).map(([text, changes]) =>
    changes.reduce((now, { at, cut, put, byWord }) => {
      const start = Math.floor(at * now.length)
      // A whole value is more likely to be parsed than half of one.
      const word = byWord ? /[^\s:,[\]{}]+/.exec(now.slice(start)) : null
      const from = word ? start + word.index : start
      return now.slice(0, from) + put + now.slice(from + (word ? word[0].length : cut))
    }, text),
  )
}
