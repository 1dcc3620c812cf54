/** The address within the console of an alert's runbook; null if it is none of ours. */
export const runbookPath = (url: string | undefined): string | null => /\/runbooks\/[\w-]+$/.exec(url ?? '')?.[0] ?? null
