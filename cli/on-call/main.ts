import { Command } from 'commander'
import { actionCommand } from '../commands/action.ts'
import { drillCommand } from '../commands/drill.ts'
import { flagsCommand } from '../commands/flags.ts'
import { meshCommand } from '../commands/mesh.ts'
import { onCallPeopleCommand } from '../commands/people.ts'
import { scenariosCommand } from '../commands/scenarios.ts'
import { settingsCommand } from '../commands/settings.ts'
import { silenceCommand } from '../commands/silence.ts'
import { runProgram } from '../run.ts'
import { statusCommand } from './status.ts'

/**
 * `firedrill` in a trainee's terminal, with what the API lets a trainee do. Commands that need the checkout, or the range's folder, are not in it.
 */
const program = new Command('firedrill').description('Practise incidents on a real system: what you can do from here.')
const summaries = new Map([
  [statusCommand, 'show the state of each component of the shop'],
  [actionCommand, 'operate the shop'],
  [drillCommand, 'take part in the drill'],
  [onCallPeopleCommand, 'ask and inform people'],
  [settingsCommand, 'read and change the settings of a service or a data store as a file'],
  [meshCommand, 'read and change the policy of the service mesh'],
  [flagsCommand, 'read and change the feature flags'],
  [silenceCommand, 'mute alerts for a while'],
  [scenariosCommand, 'list the scenarios'],
])
for (const [command, summary] of summaries) program.addCommand(command().description(summary))

await runProgram(program)
