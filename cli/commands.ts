import type { Command } from 'commander'
import { quickCommands } from './quick/commands.ts'

interface ListedCommand {
  name: string
  /** The arguments, in the list of commands. */
  usage: string
  summary: string
  /** Loads the command's own code, with its imports. */
  load(): Promise<Command>
}

/** Every command, in the order in which the help lists them. Listing them loads none of them. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'setup',
    usage: '[options]',
    summary: 'install everything that the range needs',
    load: async () => (await import('./commands/doctor.ts')).setupCommand(),
  },
  {
    name: 'doctor',
    usage: '[options]',
    summary: 'say which programs were found, and how to install what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  {
    name: 'up',
    usage: '[options]',
    summary: 'set up whatever is missing, and start the range',
    load: async () => (await import('./commands/up.ts')).upCommand(),
  },
  {
    name: 'down',
    usage: '[options]',
    summary: 'stop the range, and keep its data',
    load: async () => (await import('./commands/down.ts')).downCommand(),
  },
  {
    name: 'host',
    usage: '',
    summary: 'put the shop on one host, and its monitoring and load on another',
    load: async () => (await import('./commands/host.ts')).hostCommand(),
  },
  {
    name: 'grafana',
    usage: '[options]',
    summary: 'write deploy/grafana, dashboards and data sources, from those of the console',
    load: async () => (await import('./commands/grafana.ts')).grafanaCommand(),
  },
  {
    name: 'kubernetes',
    usage: '',
    summary: "write the shop's manifests for a cluster; 'firedrill up --target kubernetes' puts the shop into one",
    load: async () => (await import('./commands/kubernetes.ts')).kubernetesCommand(),
  },
  {
    name: 'status',
    usage: '[options]',
    ...quickCommands.status,
  },
  {
    name: 'logs',
    usage: '[options] <component>',
    summary: 'print the last lines of a component’s log',
    load: async () => (await import('./commands/logs.ts')).logsCommand(),
  },
  {
    name: 'open',
    usage: '[options]',
    summary: 'print the login link, and open it in a browser if there is one',
    load: async () => (await import('./commands/open.ts')).openCommand(),
  },
  {
    name: 'pack',
    usage: '',
    summary: "check, sign and make packs: scenarios of your own, for 'firedrill up --pack'",
    load: async () => (await import('./commands/pack.ts')).packCommand(),
  },
  {
    name: 'paths',
    usage: '[options] [id]',
    summary: 'learning paths: what to play in which order, and what to read',
    load: async () => (await import('./commands/paths.ts')).pathsCommand(),
  },
  {
    name: 'scenarios',
    usage: '[options]',
    ...quickCommands.scenarios,
  },
  { name: 'scenario', usage: '', summary: 'write scenarios', load: async () => (await import('./commands/scenario.ts')).scenarioCommand() },
  {
    name: 'shift',
    usage: '',
    summary: 'list and write shifts: several incidents, played as one drill',
    load: async () => (await import('./commands/shift.ts')).shiftCommand(),
  },
  {
    name: 'drill',
    usage: '',
    ...quickCommands.drill,
  },
  {
    name: 'people',
    usage: '',
    ...quickCommands.people,
  },
  {
    name: 'action',
    usage: '',
    ...quickCommands.action,
  },
  {
    name: 'shell',
    usage: '[options] [id]',
    summary: "open a terminal on the shop's machine, in a jail",
    load: async () => (await import('./commands/shell.ts')).shellCommand(),
  },
  {
    name: 'fault',
    usage: '',
    ...quickCommands.fault,
  },
  {
    name: 'load',
    usage: '',
    ...quickCommands.load,
  },
  {
    name: 'silence',
    usage: '',
    ...quickCommands.silence,
  },
  {
    name: 'settings',
    usage: '',
    ...quickCommands.settings,
  },
  {
    name: 'mesh',
    usage: '',
    ...quickCommands.mesh,
  },
  {
    name: 'flags',
    usage: '',
    ...quickCommands.flags,
  },
  {
    name: 'coach',
    usage: '',
    summary: 'choose a model that words what the coach says, instead of the scenario’s author',
    load: async () => (await import('./commands/coach.ts')).coachCommand(),
  },
  {
    name: 'mcp',
    usage: '[options]',
    summary: 'serve MCP over standard input and output, for an AI agent that practises as a trainee',
    load: async () => (await import('./commands/mcp.ts')).mcpCommand(),
  },
  {
    name: 'evaluate',
    usage: '[options]',
    summary: 'put an AI agent through drills and score it',
    load: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  },
  {
    name: 'verify',
    usage: '[options] [ids...]',
    summary: 'prove scenarios against the running range',
    load: async () => (await import('./commands/verify.ts')).verifyCommand(),
  },
  {
    name: 'bench',
    usage: '[options] [name]',
    summary: 'measure the running range against its targets',
    load: async () => (await import('./commands/bench.ts')).benchCommand(),
  },
  {
    name: 'test',
    usage: '[options] [suites...]',
    summary: 'run the whole test suite on this machine',
    load: async () => (await import('./commands/test.ts')).testCommand(),
  },
]
