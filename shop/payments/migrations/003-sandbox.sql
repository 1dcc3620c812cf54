-- How the sandbox of the payment provider behaves, which stands in for the bank.
create table sandbox (
  latency_ms integer not null default 30 check (latency_ms >= 0),
  hang_percent real not null default 0 check (hang_percent between 0 and 100),
  only_row boolean primary key default true check (only_row)
);
insert into sandbox default values;
