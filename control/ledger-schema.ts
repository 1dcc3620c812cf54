/** SQLite schema, created if missing. Times are milliseconds since the epoch, bodies JSON. */
export const ledgerSchema = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 5000;
  create table if not exists events (
    id integer primary key autoincrement, drill text not null, at integer not null, body text not null);
  create index if not exists events_drill on events (drill, id);
  create trigger if not exists events_append_only before update on events begin select raise(abort, 'events are append-only'); end;
  create table if not exists faults (
    instance text primary key, fault text not null, params text not null, undo text not null, drill text,
    state text not null, planned_at integer not null, injected_at integer, deadline_at integer not null,
    reverted_at integer, error text);
  create table if not exists gameday_events (
    id integer primary key autoincrement, gameday text not null, at integer not null, body text not null);
  create table if not exists pages (
    id integer primary key autoincrement, at integer not null, status text not null, alert text not null);
  create table if not exists notes (name text primary key, value text not null);
  create index if not exists events_started on events (id) where json_extract(body, '$.type') = 'drill-started';
  create index if not exists events_status on events (at) where json_extract(body, '$.type') = 'status-posted';
`
