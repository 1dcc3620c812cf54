import { Command } from 'commander'
import { runProgram } from '../run.ts'
import { quickCommands } from './commands.ts'

/** `firedrill` for commands that must start quickly; `cli/main.ts` runs its bundle if there is one of the current files. */
const program = new Command('firedrill')
const asked = new Map(Object.entries(quickCommands)).get(process.argv[2] ?? '')
if (asked) program.addCommand((await asked.load()).description(asked.summary))

await runProgram(program)
