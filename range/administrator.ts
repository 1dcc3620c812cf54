/**
 * Options of a client for sessions as PostgreSQL's administrator. They work whatever has been set for the database or the whole server, and keep the
 * administrator's statements out of the log, which trainees read.
 */
export const administratorOptions = [
  'default_transaction_read_only=off',
  'statement_timeout=0',
  'lock_timeout=0',
  'idle_in_transaction_session_timeout=0',
  // For when the server waits for a standby that does not exist.
  'synchronous_commit=local',
  'log_min_duration_statement=-1',
  'log_statement=none',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')
