-- +goose Up
-- How meters add up besides by sum, and usage by the dimensions that prices depend on.
alter table catalog.meters drop constraint meters_aggregation_check;
alter table catalog.meters add constraint meters_aggregation_check check (aggregation in ('sum', 'count', 'max', 'last', 'unique'));
alter table catalog.meters add column unique_by text not null default ''; -- the dimension whose distinct values are counted
alter table catalog.meters add column dimensions text[] not null default '{}' check (cardinality(dimensions) <= 5);
alter table catalog.meters add constraint meters_unique_by_a_dimension check ((aggregation = 'unique') = (unique_by <> ''));

-- Sums per day and combination of a meter's declared dimensions, for meters that declare some. What the
-- event does not say is not a key: {} are the events without any. Derived, like usage.days; meters that
-- do not add up (max, last, unique) are read from their events instead.
create table usage.dimension_days (
    account_id  bigint not null,
    customer_id bigint not null,
    meter_id    bigint not null,
    day         date not null,
    dimensions  jsonb not null check (jsonb_typeof(dimensions) = 'object'),
    quantity    numeric not null,
    events      bigint not null check (events > 0),
    primary key (account_id, customer_id, meter_id, day, dimensions)
) with (fillfactor = 80);
select house_shard('usage.dimension_days');

select house_serve('catalog');
select house_serve('usage');
