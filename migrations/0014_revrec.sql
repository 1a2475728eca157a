-- +goose Up
-- What has been earned: the revenue schedule and what of it is recognized. See package revrec.
create schema revrec;

-- The schedule as it was known, difference by difference: the rows of one contract line, kind, span and month
-- add up to what is scheduled for it now. A row's place (id) in the account's schedule is the lock: of two
-- planners that loaded the same schedule one fails and looks again.
create table revrec.schedule (
    account_id  bigint not null,
    id          bigint not null check (id >= 1),
    entity_id   bigint not null,  -- who sells
    contract_id bigint not null,
    line        text not null,    -- lineage
    kind        text not null,    -- of the piece
    starts_on   date not null,    -- of the piece
    ends_on     date not null check (ends_on > starts_on),
    month       date not null check (extract(day from month) = 1),  -- the month the revenue belongs to
    amount      bigint not null check (amount <> 0),  -- minor units
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    recognition text not null check (recognition in ('ratable', 'as_used', 'point_in_time')),
    version     integer not null, -- of the contract, that priced it
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id),
    check (month < ends_on and month > starts_on - 31)
);
select house_shard('revrec.schedule');
alter table revrec.schedule add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
create index schedule_by_contract on revrec.schedule (account_id, contract_id);
create index schedule_by_entity on revrec.schedule (entity_id, currency);
select house_append_only('revrec.schedule');

-- A row is recognized once. Rows that cancel each other before they are recognized book nothing: entry_seq is null.
create table revrec.recognitions (
    account_id  bigint not null,
    schedule_id bigint not null,
    entry_seq   bigint,
    month       date not null check (extract(day from month) = 1),  -- booked in; a closed month books in the first open one
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint recognitions_recognize_a_row_once primary key (account_id, schedule_id)
);
select house_shard('revrec.recognitions');
alter table revrec.recognitions
    add foreign key (account_id, schedule_id) references revrec.schedule (account_id, id),
    add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
select house_append_only('revrec.recognitions');

select house_serve('revrec');
