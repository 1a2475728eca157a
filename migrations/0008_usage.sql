-- +goose Up
-- What was consumed. See package usage.
create schema usage;

-- Events, for ever. `key` is the first half of SHA-256 over (source, id), `content` over everything
-- an event says: 16 bytes each keep the one index half the size of raw text. No foreign keys: they
-- cost three times the insert, and customers and meters, resolved in the same call, are never deleted.
create table usage.events (
    account_id  bigint not null check (account_id > 0),
    key         uuid not null,
    content     uuid not null,
    customer_id bigint not null check (customer_id > 0),
    meter_id    bigint not null check (meter_id > 0),
    occurred_at timestamptz not null,
    quantity    numeric not null check (quantity >= 0 and quantity < 1e18),
    dimensions  jsonb,                     -- null: none; else an object of strings
    source      text not null,
    event_id    text not null,
    known_order bigint not null default nextval('known_order'), -- one number per batch: known together
    recorded_at timestamptz not null default now(),
    constraint events_pkey primary key (account_id, key)
);
-- Events arrive roughly in time order, so block ranges find a day or a batch without a second big index.
create index events_by_time on usage.events using brin (occurred_at) with (pages_per_range = 16);
create index events_by_known_order on usage.events using brin (known_order) with (pages_per_range = 16);
select house_shard('usage.events');
select house_append_only('usage.events');

-- Sums per quarter of an hour, in UTC: the largest bucket of which every zone's hours and days are made.
-- Derived: `recount` proves them equal to the events. Updated in place, hence the room left on each page.
create table usage.quarter_hours (
    account_id  bigint not null,
    customer_id bigint not null,
    meter_id    bigint not null,
    bucket_at   timestamptz not null,
    quantity    numeric not null,
    events      bigint not null check (events > 0),
    primary key (account_id, customer_id, meter_id, bucket_at),
    constraint quarter_hours_on_the_quarter check (extract(epoch from bucket_at)::bigint % 900 = 0)
) with (fillfactor = 80);
select house_shard('usage.quarter_hours');

-- Sums per day of the selling entity's time zone.
create table usage.days (
    account_id  bigint not null,
    customer_id bigint not null,
    meter_id    bigint not null,
    day         date not null,
    quantity    numeric not null,
    events      bigint not null check (events > 0),
    primary key (account_id, customer_id, meter_id, day)
) with (fillfactor = 80);
select house_shard('usage.days');

-- Events that came again with other content. What was kept is usage.events (account_id, key).
-- The same refused content is written once, however often it is sent.
create table usage.conflicts (
    account_id  bigint not null,
    key         uuid not null,
    content     uuid not null,
    customer    text not null,
    meter       text not null,
    occurred_at timestamptz not null,
    quantity    numeric not null,
    dimensions  jsonb,
    source      text not null,
    event_id    text not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, key, content)
);
create index conflicts_by_known_order on usage.conflicts (known_order);
select house_shard('usage.conflicts');
select house_append_only('usage.conflicts');

-- Events of a customer or meter nobody knows (yet). They have no account, so this table is not sharded;
-- it holds mistakes only. Two contents under one key both wait: the earlier one wins the replay.
create table usage.quarantine (
    key         uuid not null,
    content     uuid not null,
    customer    text not null,
    meter       text not null,
    occurred_at timestamptz not null,
    quantity    numeric not null check (quantity >= 0 and quantity < 1e18),
    dimensions  jsonb,
    source      text not null,
    event_id    text not null,
    reason      text not null check (reason in ('unknown customer', 'unknown meter', 'unknown customer and meter')),
    position    integer not null, -- within its batch, so that "earlier" is defined there too
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (key, content)
);
create index quarantine_by_known_order on usage.quarantine (known_order, position);
select house_append_only('usage.quarantine');

-- What became of a quarantined event. No row: it still waits.
create table usage.releases (
    key         uuid not null,
    content     uuid not null,
    account_id  bigint not null,
    outcome     text not null check (outcome in ('accepted', 'repeated', 'conflict')),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (key, content),
    foreign key (key, content) references usage.quarantine (key, content)
);
select house_append_only('usage.releases');

select house_serve('usage');
