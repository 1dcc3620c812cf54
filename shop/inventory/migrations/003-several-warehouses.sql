-- An item of an order may come from several warehouses.
alter table reservations drop constraint reservations_pkey, add primary key (order_id, sku, warehouse);
