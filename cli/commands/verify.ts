import type { ScenarioCard } from '../../model/scenario.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { recordingFile } from '../../control/replay/recording.ts'
import { recordVerified, verifyScenario } from '../../control/verify.ts'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { dim, green, print, printJson, red } from '../output.ts'

export const verifyCommand = () =>
  command('verify')
    .argument('[ids...]', 'which (all without)')
    .option('--times <n>', 'how often, in a row', integer, 1)
    .option('--record <folder>', 'keep what was seen of each that is proven there, to be played again without a range')
    .option('--waits', 'tell also what was waited for, and for how long')
    .action(async (ids: string[], options: CommonOptions & { times: number; waits?: boolean; record?: string }) => {
      const client = apiClient(openState(options), 'instructor')
      const { scenarios } = await client.get<{ scenarios: ScenarioCard[] }>('/api/scenarios')
      const known = scenarios.map((scenario) => scenario.id)
      const unknown = ids.find((id) => !known.includes(id))
      if (unknown) throw new FiredrillError('not-found', `there is no scenario '${unknown}': choose ${known.join(', ')}`)
      const results = []
      const playable = scenarios.filter((scenario) => scenario.playable).map((scenario) => scenario.id)
      if (ids.length === 0 && playable.length < known.length && !options.json)
        print(dim(`not where the shop runs now: ${known.filter((id) => !playable.includes(id)).join(', ')}`))
      for (let round = 0; round < options.times; round++) {
        for (const id of ids.length > 0 ? ids : playable) {
          const result = await verifyScenario(client, id)
          results.push(result)
          if (options.record && result.ok && result.drill) {
            mkdirSync(options.record, { recursive: true })
            writeFileSync(recordingFile(options.record, id), `${JSON.stringify(await recordVerified(client, result.drill))}\n`)
          }
          if (!options.json) {
            print(
              `${result.ok ? green('✓') : red('✗')} ${id}  page after ${result.secondsToPage ?? '—'} s ${dim(`(bound ${result.pageBoundSeconds} s)`)}  healthy ${result.secondsToHealthy ?? '—'} s after the fix  restored: ${result.restored ? 'yes' : 'no'}  ${dim(`${result.tookSeconds} s in all`)}`,
            )
            if (options.waits) for (const wait of result.waits) print(dim(`    ${wait.seconds} s for ${wait.for}`))
            for (const problem of result.problems) print(`    ${problem}`)
          }
        }
      }
      if (options.json) printJson(results)
      process.exitCode = results.every((result) => result.ok) ? 0 : 1
    })
