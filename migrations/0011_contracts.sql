-- +goose Up
-- What was agreed: contracts, their immutable versions, decisions and concessions. See package contracts.
create schema contracts;

create table contracts.contracts (
    account_id  bigint not null,  -- the root of the paying family, frozen
    id          bigint generated always as identity,
    number      text not null,
    customer_id bigint not null,  -- who uses
    payer_id    bigint not null,  -- who is invoiced
    entity_id   bigint not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
select house_shard('contracts.contracts');
select house_append_only('contracts.contracts');

-- One row per number, small and whole on every node, so that a number is unique across accounts.
create table contracts.numbers (
    number      text primary key,
    account_id  bigint not null,
    contract_id bigint not null
);
select house_reference('contracts.numbers');
select house_append_only('contracts.numbers');

-- Each upload is a version; it counts once another person has approved it.
create table contracts.versions (
    account_id   bigint not null,
    contract_id  bigint not null,
    version      integer not null check (version >= 1),
    effective_on date not null,
    starts_on    date not null,
    ends_on      date not null check (ends_on > starts_on),  -- first day after the term
    document     jsonb not null,
    reason       text not null default '',
    prepared_by  bigint not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    primary key (account_id, contract_id, version),
    unique (account_id, contract_id, version, prepared_by),
    check (effective_on >= starts_on and effective_on < ends_on)
);
select house_shard('contracts.versions');
alter table contracts.versions add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('contracts.versions');

-- What was decided about a version. Whoever prepared it cannot approve it.
create table contracts.decisions (
    account_id  bigint not null,
    contract_id bigint not null,
    version     integer not null,
    seq         smallint not null check (seq >= 1),
    event       text not null check (event in ('submitted', 'approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null,
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, contract_id, version, seq),
    constraint decisions_take_a_second_person check (event <> 'approved' or by_user <> prepared_by),
    constraint decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_shard('contracts.decisions');
alter table contracts.decisions
    add foreign key (account_id, contract_id, version, prepared_by) references contracts.versions (account_id, contract_id, version, prepared_by);
create unique index decisions_approve_once on contracts.decisions (account_id, contract_id, version) where event = 'approved';
select house_append_only('contracts.decisions');

-- A credit or price concession lowers what is due for a line and span. The credit note is its document.
create table contracts.concessions (
    account_id  bigint not null,
    id          bigint generated always as identity,
    contract_id bigint not null,
    line        text not null,
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),
    amount      bigint not null check (amount > 0),  -- minor units before tax
    currency    text not null,
    reason      text not null check (reason <> ''),
    granted_on  date not null,
    invoice     text not null default '',  -- number of the invoice it was asked on
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
select house_shard('contracts.concessions');
alter table contracts.concessions add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('contracts.concessions');

select house_serve('contracts');
