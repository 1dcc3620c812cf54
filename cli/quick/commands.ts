import type { Command } from 'commander'

/** Commands that somebody waits for in an incident, each in code that is loaded for it alone. `up` makes one bundle of them. */
export const quickCommands: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('../commands/status.ts')).statusCommand(),
  scenarios: async () => (await import('../commands/scenarios.ts')).scenariosCommand(),
  drill: async () => (await import('../commands/drill.ts')).drillCommand(),
  action: async () => (await import('../commands/action.ts')).actionCommand(),
  settings: async () => (await import('../commands/settings.ts')).settingsCommand(),
  mesh: async () => (await import('../commands/mesh.ts')).meshCommand(),
  silence: async () => (await import('../commands/silence.ts')).silenceCommand(),
  people: async () => (await import('../commands/people.ts')).peopleCommand(),
  fault: async () => (await import('../commands/fault.ts')).faultCommand(),
  load: async () => (await import('../commands/load.ts')).loadCommand(),
}
