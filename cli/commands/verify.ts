import { mkdirSync, writeFileSync } from 'node:fs'
import { recordingFile } from '../../control/replay/recording.ts'
import { recordVerified, verifyScenario, type Verification } from '../../control/verify.ts'
import { verifyShift } from '../../control/verify-shift.ts'
import { FiredrillError } from '../../model/errors.ts'
import { idleCores, measureCore, patienceFor } from '../../range/machine.ts'
import { apiClient } from '../../control/client.ts'
import type { ApiClient } from '../../model/client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { dim, green, print, printJson, red } from '../output.ts'

interface Options extends CommonOptions {
  times: number
  stale?: boolean
  variants?: boolean
  proofs: boolean
  record?: string
  waits?: boolean
  shifts?: boolean
}

/** One scenario, or one variant of it, and how it went each time. */
interface Play {
  id: string
  variant: string | null
  /** Null for the first variant, which simulated trainees play. */
  recordedAs: string | null
  name: string
  results: Verification[]
}

export const verifyCommand = () =>
  command('verify')
    .argument('[ids...]', 'ids of scenarios or shifts (default: all scenarios)')
    .option('--times <n>', 'how many times in a row', integer, 1)
    .option('--variants', 'every variant of each, instead of the first')
    .option('--shifts', 'every shift, instead of the scenarios')
    .option('--stale', 'only those whose proof is missing or out of date')
    .option('--no-proofs', 'write no proofs; without this option, a checkout keeps them in scenarios/ID/proof.json')
    .option('--record <folder>', 'record each run that is proven into this folder, to be replayed without a range')
    .option('--waits', 'also print what was waited for, and for how long')
    .action(async (ids: string[], options: Options) => {
      const state = openState(options)
      // It parses sources with a parser that is slow to load.
      const { keepProof, whyStale } = await import('../proofs.ts')
      const client = apiClient(state, 'instructor')
      const { scenarios } = await client.get('/api/scenarios')
      const known = scenarios.map((scenario) => scenario.id)
      const { shifts } = await client.get('/api/shifts')
      const ofShifts = shifts.map((shift) => shift.id).filter((id) => ids.includes(id) || options.shifts)
      const unknown = ids.find((id) => !known.includes(id) && !ofShifts.includes(id))
      if (unknown)
        throw new FiredrillError(
          'not-found',
          `there is no scenario '${unknown}': choose ${[...known, ...shifts.map((shift) => shift.id)].join(', ')}`,
        )
      const playable = scenarios.filter((scenario) => scenario.playable).map((scenario) => scenario.id)
      if (ids.length === 0 && !options.shifts && playable.length < known.length && !options.json)
        print(dim(`cannot be played on this range: ${known.filter((id) => !playable.includes(id)).join(', ')}`))
      const tell = (text: string) => void (options.json || print(text))
      const wanted = ids.length > 0 ? ids.filter((id) => known.includes(id)) : options.shifts ? [] : playable
      const plays = wanted.flatMap((id): Play[] => {
        const { variants = [] } = scenarios.find((scenario) => scenario.id === id) ?? {}
        const names = variants.length === 0 ? [null] : options.variants || options.stale ? variants : variants.slice(0, 1)
        return names.map((variant) => ({
          id,
          variant,
          recordedAs: variant === variants[0] ? null : variant,
          name: variant === null ? id : `${id} (${variant})`,
          results: [],
        }))
      })
      const chosen = plays.filter(({ id, variant }) => !options.stale || whyStale(id, variant, tell).length > 0)
      if (chosen.length + ofShifts.length === 0) tell('every proof is up to date')

      const { speed } = measureCore()
      for (let round = 1; round <= options.times; round++) {
        for (const { id, variant, recordedAs, name, results } of chosen) {
          const result = await verifyScenario(client, id, patienceFor({ speed, idle: await idleCores() }), { variant })
          results.push(result)
          if (options.record && result.ok && result.drill) {
            mkdirSync(options.record, { recursive: true })
            writeFileSync(recordingFile(options.record, id, recordedAs), `${JSON.stringify(await recordVerified(client, result.drill))}\n`)
          }
          tellResult(name, result, options, tell)
          // Each time: if it is interrupted, proofs so far are kept.
          if (options.proofs) keepProof(state, id, variant, results, tell)
        }
      }
      const ofAllShifts = await proveShifts(client, ofShifts, options, {
        tell,
        patience: async () => patienceFor({ speed, idle: await idleCores() }),
      })
      const all = [...chosen.flatMap(({ results }) => results), ...ofAllShifts]
      if (options.json) printJson(all)
      process.exitCode = all.every((result) => result.ok) ? 0 : 1
    })

/** Each shift, as often as requested; they get no proof files, since their scenarios have them. */
async function proveShifts(
  client: ApiClient,
  ids: readonly string[],
  options: Options,
  { tell, patience }: { tell: (text: string) => void; patience: () => Promise<number> },
): Promise<Verification[]> {
  const results: Verification[] = []
  for (let round = 1; round <= options.times; round++)
    for (const id of ids) {
      const result = await verifyShift(client, id, await patience())
      results.push(result)
      tellResult(id, result, options, tell)
    }
  return results
}

function tellResult(name: string, result: Verification, { waits }: Options, tell: (text: string) => void): void {
  tell(
    `${result.ok ? green('✓') : red('✗')} ${name}  page after ${result.secondsToPage ?? '—'} s ${dim(`(bound ${result.pageBoundSeconds} s)`)}  healthy ${result.secondsToHealthy ?? '—'} s after the fix  restored: ${result.restored ? 'yes' : 'no'}  ${dim(`${result.tookSeconds} s in all${result.patience > 1 ? `, bounds × ${result.patience}: this machine is slow or busy` : ''}`)}`,
  )
  if (waits) for (const wait of result.waits) tell(dim(`    ${wait.seconds} s for ${wait.for}`))
  for (const problem of result.problems) tell(`    ${problem}`)
  for (const page of result.unexpectedPages) tell(`    the alert ${page} paged, which the scenario neither expects nor allows`)
}
