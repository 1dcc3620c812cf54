import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** As many as PostgreSQL makes by itself. */
const iterations = 4_096

/**
 * A password as PostgreSQL keeps it (RFC 5802), to be sent in its place: a statement that is slow is logged as it was sent, and trainees read that log.
 * For ASCII only, which SASLprep leaves as it is.
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const keyed = (what: string) => createHmac('sha256', salted).update(what).digest()
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${keyed('Server Key').toString('base64')}`
}
