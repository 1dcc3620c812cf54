create table charges (
  order_id uuid primary key,
  amount_cents integer not null check (amount_cents > 0),
  state text not null check (state in ('charged', 'declined', 'refunded')),
  receipt text,
  created_at timestamptz not null default now()
);
