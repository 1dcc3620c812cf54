import { Command } from 'commander'
import { FiredrillError, describeError } from '../model/errors.ts'
import { actionCommand } from './commands/action.ts'
import { benchCommand } from './commands/bench.ts'
import { coachCommand } from './commands/coach.ts'
import { doctorCommand, setupCommand } from './commands/doctor.ts'
import { downCommand } from './commands/down.ts'
import { drillCommand } from './commands/drill.ts'
import { faultCommand } from './commands/fault.ts'
import { hostCommand } from './commands/host.ts'
import { grafanaCommand } from './commands/grafana.ts'
import { kubernetesCommand } from './commands/kubernetes.ts'
import { loadCommand } from './commands/load.ts'
import { logsCommand } from './commands/logs.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { mcpCommand } from './commands/mcp.ts'
import { meshCommand } from './commands/mesh.ts'
import { openCommand } from './commands/open.ts'
import { scenarioCommand } from './commands/scenario.ts'
import { scenariosCommand } from './commands/scenarios.ts'
import { silenceCommand } from './commands/silence.ts'
import { statusCommand } from './commands/status.ts'
import { testCommand } from './commands/test.ts'
import { upCommand } from './commands/up.ts'
import { verifyCommand } from './commands/verify.ts'

const program = new Command('firedrill')
  .description('Practise incidents on a real system: be paged, investigate, fix, be debriefed.')
  .showHelpAfterError(`('firedrill --help' lists the commands)`)
  .showSuggestionAfterError()
for (const add of [
  setupCommand,
  doctorCommand,
  upCommand,
  downCommand,
  hostCommand,
  grafanaCommand,
  kubernetesCommand,
  statusCommand,
  logsCommand,
  openCommand,
  scenariosCommand,
  scenarioCommand,
  drillCommand,
  actionCommand,
  faultCommand,
  loadCommand,
  silenceCommand,
  meshCommand,
  coachCommand,
  mcpCommand,
  evaluateCommand,
  verifyCommand,
  benchCommand,
  testCommand,
]) {
  program.addCommand(add())
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
