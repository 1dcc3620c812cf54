-- An order that failed is undone at others afterwards: until that is written down here, it is tried again.
alter table orders add column undone_at timestamptz;
update orders set undone_at = now() where state = 'failed';
create index orders_to_undo on orders (created_at) where state = 'failed' and undone_at is null;
