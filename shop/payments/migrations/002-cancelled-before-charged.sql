-- An order that is undone while the bank still thinks leaves a refunded charge of nothing: what comes later finds it, and takes no money.
alter table charges drop constraint charges_amount_cents_check;
alter table charges add constraint charges_amount_cents_check check (amount_cents > 0 or state = 'refunded');
