import { Command } from 'commander'
import { formatDurationMs } from '../../model/duration.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { printJson, printTable } from '../output.ts'

/** The list of shifts; and for authors, from a new shift to one that can be proven. */
export function shiftCommand(): Command {
  return new Command('shift')
    .addCommand(listCommand())
    .addCommand(newCommand())
    .addCommand(lintCommand())
    .addCommand(previewCommand())
    .addCommand(schemaCommand())
}

const listCommand = () =>
  command('list', 'list the shifts').action(async (options: CommonOptions) => {
    const { shifts } = await apiClient(openState(options), 'trainee').get('/api/shifts')
    if (options.json) return printJson(shifts)
    printTable(
      shifts.map(({ id, title, difficulty, limitMs, best, playable }) => ({
        id,
        title,
        difficulty,
        lasts: formatDurationMs(limitMs),
        best: best?.score ?? '',
        here: playable ? '' : 'cannot be played on this range',
      })),
      ['id', 'title', 'difficulty', 'lasts', 'best', 'here'],
    )
  })

// Reading the files of shifts reads all scenarios, which listing a range's shifts does not need.
const files = () => import('../shift-files.ts')

const newCommand = () =>
  command('new', 'create a shift from a template')
    .argument('<id>', 'lower-case words joined by hyphens; the name of its folder')
    .option(
      '--with-people',
      'with a people.yaml: people who want answers, people who know something, and the engineer of the next shift',
      false,
    )
    .action(async (id: string, options: CommonOptions & { withPeople: boolean }) => (await files()).beginShift(id, options))

const lintCommand = () =>
  command('lint', 'check shifts without a range')
    .argument('[ids...]', 'ids, folders or files (default: all)')
    .action(async (ids: string[], options: CommonOptions) => (await files()).lintShifts(ids, options))

const previewCommand = () =>
  command('preview', 'show what happens in a shift, and when')
    .argument('<id>', 'id, folder or file')
    .action(async (id: string, options: CommonOptions) => (await files()).previewShift(id, options))

const schemaCommand = () =>
  command('schema', 'print the JSON Schema of shift.yaml, for editors').action(async () => printJson((await files()).shiftJsonSchema()))
