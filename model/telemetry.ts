/** What a search over logs finds, counted. */
export interface LogOverview {
  /** Width of a bucket, in seconds. */
  bucketSeconds: number
  /** Lines of each bucket that has any, oldest first; times in milliseconds since the epoch. */
  buckets: { atMs: number; lines: number; warnings: number; errors: number }[]
  /** Lines by service and by severity, most first. */
  services: { name: string; lines: number; errors: number }[]
  severities: { name: string; lines: number }[]
  /** Messages that differ only in numbers and ids, most first. */
  patterns: { pattern: string; example: string; lines: number; service: string }[]
}
