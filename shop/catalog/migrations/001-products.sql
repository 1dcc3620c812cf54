create table products (
  sku text primary key,
  name text not null,
  category text not null,
  description text not null,
  price_cents integer not null check (price_cents > 0),
  updated_at timestamptz not null default now()
);
create index products_category on products (category, sku);

-- Some thousand products, the same on every range: adjective × material × thing.
insert into products (sku, name, category, description, price_cents)
select
  'P' || lpad(n::text, 5, '0'),
  initcap(adjective || ' ' || material || ' ' || thing),
  category,
  'A ' || adjective || ' ' || thing || ' made of ' || material || '. Ships in two days.',
  500 + (n * 7919) % 19500
from (
  select row_number() over (order by md5(a.v || m.v || t.v)) as n, a.v as adjective, m.v as material, t.v as thing, t.c as category
  from (values ('sturdy'), ('light'), ('compact'), ('classic'), ('quiet'), ('bright'), ('rugged'), ('slim'), ('warm'), ('swift')) a(v),
       (values ('oak'), ('steel'), ('wool'), ('glass'), ('linen'), ('copper'), ('bamboo'), ('leather'), ('cork'), ('clay'), ('maple'), ('brass')) m(v),
       (values ('lamp', 'home'), ('chair', 'home'), ('kettle', 'kitchen'), ('bowl', 'kitchen'), ('knife', 'kitchen'), ('jacket', 'clothing'),
               ('scarf', 'clothing'), ('boots', 'clothing'), ('tent', 'outdoor'), ('lantern', 'outdoor'), ('backpack', 'outdoor'), ('bottle', 'outdoor'),
               ('notebook', 'office'), ('pen', 'office'), ('clock', 'office'), ('shelf', 'home'), ('bicycle', 'outdoor'), ('helmet', 'outdoor'),
               ('camera', 'office'), ('speaker', 'office')) t(v, c)
) combinations;
