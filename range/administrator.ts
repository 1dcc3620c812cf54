/**
 * For sessions of PostgreSQL's administrator (`options` of a client), who has to get in, look and set things back whatever somebody has set for the database or
 * the whole server; and whose statements are in no log, which trainees read.
 */
export const administratorOptions = [
  'default_transaction_read_only=off',
  'statement_timeout=0',
  'lock_timeout=0',
  'idle_in_transaction_session_timeout=0',
  // Where a standby is waited for that is not there.
  'synchronous_commit=local',
  'log_min_duration_statement=-1',
  'log_statement=none',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')
