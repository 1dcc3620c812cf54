create table orders (
  id uuid primary key,
  idempotency_key text not null unique,
  customer text not null,
  items jsonb not null,
  total_cents integer not null,
  state text not null check (state in ('pending', 'confirmed', 'declined', 'sold-out', 'failed', 'fulfilled')),
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  fulfilled_at timestamptz
);
-- What is accepted and not yet fulfilled: asked for every second.
create index orders_confirmed on orders (confirmed_at) where state = 'confirmed';
create index orders_pending on orders (created_at) where state = 'pending';

-- Written in the transaction that confirms the order; the relay publishes and deletes.
create table outbox (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  routing_key text not null,
  payload jsonb not null,
  -- W3C trace context of the request, so that the trace goes on across the queue.
  trace_context jsonb not null default '{}',
  created_at timestamptz not null default now()
);
