import { Command, InvalidArgumentError } from 'commander'
import { parseDurationMs } from '../../model/duration.ts'
import { describeError } from '../../model/errors.ts'
import type { FaultRecord } from '../../model/fault.ts'
import { apiClient } from '../client.ts'
import { command, keyValue, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'

interface FaultList {
  faults: { id: string; title: string; category: string; params: { properties?: Record<string, unknown> } }[]
  open: FaultRecord[]
}

const duration = (text: string): number => {
  try {
    return parseDurationMs(text)
  } catch (error) {
    throw new InvalidArgumentError(describeError(error))
  }
}

/** For instructors: it says what is broken. */
export function faultCommand(): Command {
  return new Command('fault')
    .addCommand(
      command('list', 'list the faults, and those that are injected').action(async (options: CommonOptions) => {
        const list = await apiClient(openState(options), 'instructor').get<FaultList>('/api/faults')
        if (options.json) return printJson(list)
        printTable(
          list.faults.map(({ id, category, title, params }) => ({
            id,
            category,
            title,
            params: Object.keys(params.properties ?? {}).join(' '),
          })),
        )
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
      command('inject', 'inject a fault')
        .argument('<id>', 'id of the fault')
        .option('--param <name=value>', 'a parameter; repeatable', keyValue, {})
        .option('--for <duration>', 'how long at most, such as 90s or 5m', duration, 300_000)
        .action(async (id: string, options: CommonOptions & { param: Record<string, unknown>; for: number }) => {
          const record = await apiClient(openState(options), 'instructor').post<FaultRecord>(`/api/faults/${encodeURIComponent(id)}`, {
            params: options.param,
            forMs: options.for,
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
          const answer = await apiClient(openState(options), 'instructor').delete<unknown>(
            instance ? `/api/faults/${encodeURIComponent(instance)}` : '/api/faults',
          )
          if (options.json) return printJson(answer)
          print('taken out')
        }),
    )
}
