/** The address within the console of the runbook that an alert links to; null when it links to none of ours. */
export const runbookPath = (url: string | undefined): string | null => /\/runbooks\/[\w-]+$/.exec(url ?? '')?.[0] ?? null
