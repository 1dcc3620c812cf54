/** The names in `cli/quick/commands.ts`, which is not loaded if its bundle exists. */
const quick = new Set(['status', 'scenarios', 'drill', 'action', 'settings', 'flags', 'mesh', 'silence', 'people', 'fault', 'load'])

// Either runs the command line, and ends.
await(quick.has(process.argv[2] ?? '') ? import('./quick/run.ts') : import('./program.ts'))
