-- A delivery that lasts for weeks: no product is sold out because a shop has been open for some hours.
update stock set available = available + 1980000;
