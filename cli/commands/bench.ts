import { benchmarks } from '../../bench/registry.ts'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { bold, green, print, printJson, printTable, red } from '../output.ts'

export const benchCommand = () =>
  command('bench')
    .argument('[name]', `one of ${benchmarks.map((bench) => bench.name).join(', ')}, or all`, 'all')
    .action(async (name: string, options: CommonOptions) => {
      const chosen = name === 'all' ? benchmarks : benchmarks.filter((bench) => bench.name === name)
      if (chosen.length === 0)
        throw new FiredrillError(
          'not-found',
          `there is no benchmark '${name}': choose ${benchmarks.map((bench) => bench.name).join(', ')} or all`,
        )
      const state = openState(options)
      const results = []
      for (const bench of chosen) {
        const say = (line: string) => void (options.json || print(line))
        say(bold(`${bench.name}: ${bench.title}`))
        const rows = await bench.run({ state, client: apiClient(state, 'instructor'), say })
        results.push({ name: bench.name, rows })
        if (!options.json)
          printTable(
            rows.map((row) => ({ ...row, ok: row.ok === null ? '' : row.ok ? 'yes' : 'NO' })),
            ['metric', 'value', 'unit', 'bar', 'ok'],
          )
      }
      if (options.json) printJson(name === 'all' ? results : results[0])
      const ok = results.every((result) => result.rows.every((row) => row.ok !== false))
      if (!options.json) print(ok ? green('every target is met') : red('a target is missed'))
      process.exitCode = ok ? 0 : 1
    })
