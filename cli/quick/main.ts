import { Command } from 'commander'
import { runProgram } from '../run.ts'
import { quickCommands } from './commands.ts'

/** `firedrill` for commands that have to answer at once; `cli/main.ts` runs its bundle where there is one of what the files are now. */
const program = new Command('firedrill')
const asked = new Map(Object.entries(quickCommands)).get(process.argv[2] ?? '')
if (asked) program.addCommand((await asked.load()).description(asked.summary))

await runProgram(program)
