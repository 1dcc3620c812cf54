import type { Readiness } from './readiness.ts'

/** Ready as soon as the process runs: for programs that serve nothing. */
export const processReady: Readiness = { what: 'the process', check: async () => {} }
