import type { Command } from 'commander'

interface QuickCommand {
  summary: string
  load(): Promise<Command>
}

/** Commands that are used in an incident, each with code that is loaded for it alone. `up` makes one bundle of them. */
export const quickCommands = {
  status: {
    summary: 'show the state of each component',
    load: async () => (await import('../commands/status.ts')).statusCommand(),
  },
  scenarios: {
    summary: 'list the scenarios',
    load: async () => (await import('../commands/scenarios.ts')).scenariosCommand(),
  },
  drill: {
    summary: 'start drills and take part in them',
    load: async () => (await import('../commands/drill.ts')).drillCommand(),
  },
  action: {
    summary: 'run a responder’s actions, such as a restart or a rollback',
    load: async () => (await import('../commands/action.ts')).actionCommand(),
  },
  settings: {
    summary: 'read and change the settings of a service or a data store as a file',
    load: async () => (await import('../commands/settings.ts')).settingsCommand(),
  },
  flags: {
    summary: 'read and change the feature flags',
    load: async () => (await import('../commands/flags.ts')).flagsCommand(),
  },
  mesh: {
    summary: 'read and change the policy of the service mesh',
    load: async () => (await import('../commands/mesh.ts')).meshCommand(),
  },
  silence: {
    summary: 'mute alerts for a while',
    load: async () => (await import('../commands/silence.ts')).silenceCommand(),
  },
  people: {
    summary: 'talk to the people in a drill: answer them, and ask what they know',
    load: async () => (await import('../commands/people.ts')).peopleCommand(),
  },
  fault: {
    summary: 'break the range, reversibly (for instructors)',
    load: async () => (await import('../commands/fault.ts')).faultCommand(),
  },
  load: {
    summary: 'change the number and mix of simulated users',
    load: async () => (await import('../commands/load.ts')).loadCommand(),
  },
} as const satisfies Record<string, QuickCommand>
