import { Command } from 'commander'
import { FiredrillError, describeError } from '../model/errors.ts'
import { commands } from './commands.ts'

const usages = new Map(commands.map(({ name, usage }) => [name, usage]))
const program = new Command('firedrill')
  .description('Practise incidents on a real system: be paged, investigate, fix, be debriefed.')
  .showHelpAfterError(`('firedrill --help' lists the commands)`)
  .showSuggestionAfterError()
  .configureHelp({ subcommandTerm: (command) => `${command.name()} ${usages.get(command.name()) ?? '[command]'}`.trimEnd() })

const [first, second] = process.argv.slice(2)
const asked = first === 'help' ? second : first
// Only the command that was asked for is loaded; the others are here to be listed and suggested.
for (const { name, summary, load } of commands) {
  program.addCommand((name === asked ? await load() : new Command(name)).description(summary))
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  const known = error instanceof FiredrillError
  const verbose = process.argv.includes('--verbose')
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: { code: known ? error.code : 'internal', message: describeError(error) } })}\n`)
  }
  process.stderr.write(`firedrill: ${describeError(error)}\n`)
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exitCode = 1
}
// Connections that are kept alive must not keep the command.
process.exit()
