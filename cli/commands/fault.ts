import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import type { OfferedFault } from '../../model/fault.ts'
import { featuresInWords } from '../../model/range.ts'
import { apiClient } from '../../control/client.ts'
import { duration } from '../duration-option.ts'
import { command, keyValue, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'
import { paramNames, printParams } from '../params.ts'

const listFaults = (options: CommonOptions) => apiClient(openState(options), 'instructor').get('/api/faults')

/** The list has a column for what the range lacks, if it lacks anything. */
const rowsOf = (faults: readonly OfferedFault[]) => {
  const isLacking = faults.some(({ lacks }) => lacks.length > 0)
  return faults.map(({ id, category, title, params, lacks }) => ({
    id,
    category,
    title,
    params: paramNames(params),
    ...(isLacking ? { 'impossible here': featuresInWords(lacks) } : {}),
  }))
}

function printFault({ title, effect, params, ramps, lacks, lacksWith }: OfferedFault): void {
  print(`${title}. ${effect}.`)
  if (lacks.length > 0) print(`It cannot be injected where the shop runs: the range has ${featuresInWords(lacks)}.`)
  print()
  printParams(params)
  const impossible = Object.entries(lacksWith).flatMap(([param, byChoice]) =>
    Object.entries(byChoice).map(
      ([choice, lacked]) => `${param}=${choice} is impossible where the shop runs: the range has ${featuresInWords(lacked)}.`,
    ),
  )
  if (impossible.length > 0 || ramps.length > 0) print()
  for (const line of impossible) print(line)
  if (ramps.length > 0) print(`Can change gradually while the fault is injected: ${ramps.join(', ')}.`)
}

/** For instructors: it says what is broken. */
export function faultCommand(): Command {
  return new Command('fault')
    .addCommand(
      command('list', 'list the faults, and those that are injected').action(async (options: CommonOptions) => {
        const list = await listFaults(options)
        if (options.json) return printJson(list)
        printTable(rowsOf(list.faults))
        if (list.open.length > 0) {
          print()
          printTable(
            list.open.map(({ instance, fault, state, deadlineAt }) => ({
              instance,
              fault,
              state,
              ends: new Date(deadlineAt).toISOString(),
            })),
          )
        }
      }),
    )
    .addCommand(
      command('describe', 'say what a fault does, and print each of its parameters')
        .argument('<id>', `id of the fault ('firedrill fault list' lists them)`)
        .action(async (id: string, options: CommonOptions) => {
          const fault = (await listFaults(options)).faults.find((listed) => listed.id === id)
          if (!fault) throw new FiredrillError('not-found', `there is no fault '${id}': 'firedrill fault list' lists them`)
          if (options.json) return printJson(fault)
          printFault(fault)
        }),
    )
    .addCommand(
      command('inject', 'inject a fault')
        .argument('<id>', `id of the fault ('firedrill fault describe ID' says what it takes)`)
        .option('--param <name=value>', 'a parameter; repeatable', keyValue, {})
        .option('--for <duration>', 'how long at most, such as 90s or 5m', duration, 300_000)
        .action(async (id: string, options: CommonOptions & { param: Record<string, unknown>; for: number }) => {
          const record = await apiClient(openState(options), 'instructor').post('/api/faults/:id', {
            id,
            body: {
              params: options.param,
              forMs: options.for,
            },
          })
          if (options.json) return printJson(record)
          print(
            `${record.fault} is injected until ${new Date(record.deadlineAt).toISOString()}; 'firedrill fault revert ${record.instance}' reverts it`,
          )
        }),
    )
    .addCommand(
      command('revert', 'revert a fault; without an instance, all of them')
        .argument('[instance]', 'which one')
        .action(async (instance: string | undefined, options: CommonOptions) => {
          const client = apiClient(openState(options), 'instructor')
          const answer = await (instance ? client.delete('/api/faults/:instance', { instance }) : client.delete('/api/faults'))
          if (options.json) return printJson(answer)
          print('reverted')
        }),
    )
}
