create table stock (
  sku text not null,
  warehouse text not null,
  available integer not null check (available >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  shipped integer not null default 0 check (shipped >= 0),
  primary key (sku, warehouse)
);

insert into stock (sku, warehouse, available)
select 'P' || lpad(n::text, 5, '0'), w, 20000
from generate_series(1, 2400) n, unnest(array['ams', 'ber', 'lis', 'mad', 'osl', 'par', 'rom', 'vie']) w;

create table reservations (
  order_id uuid not null,
  sku text not null,
  warehouse text not null,
  quantity integer not null check (quantity > 0),
  state text not null check (state in ('held', 'shipped', 'released')),
  created_at timestamptz not null default now(),
  primary key (order_id, sku)
);
