/** Those of `cli/quick/commands.ts`, which itself is not loaded where its bundle is. */
const quick = new Set(['status', 'scenarios', 'drill', 'action', 'settings', 'mesh', 'silence', 'people', 'fault', 'load'])

// Either runs what the command line asks for, and ends.
await(quick.has(process.argv[2] ?? '') ? import('./quick/run.ts') : import('./program.ts'))
