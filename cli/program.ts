import { Command } from 'commander'
import { commands } from './commands.ts'
import { runProgram } from './run.ts'

const usages = new Map(commands.map(({ name, usage }) => [name, usage]))
const program = new Command('firedrill')
  .description('Practise incidents on a real system: be paged, investigate, fix, be debriefed.')
  .showHelpAfterError(`('firedrill --help' lists the commands)`)
  .showSuggestionAfterError()
  .configureHelp({ subcommandTerm: (command) => `${command.name()} ${usages.get(command.name()) ?? '[command]'}`.trimEnd() })

const [first, second] = process.argv.slice(2)
const asked = first === 'help' ? second : first
// Only the requested command is loaded; the others are here to be listed and suggested.
for (const { name, summary, load } of commands) {
  program.addCommand((name === asked ? await load() : new Command(name)).description(summary))
}

await runProgram(program)
