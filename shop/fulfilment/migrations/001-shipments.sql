create table shipments (
  order_id uuid primary key,
  customer text not null,
  parcels integer not null,
  created_at timestamptz not null default now()
);
