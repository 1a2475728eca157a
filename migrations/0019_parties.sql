-- +goose Up
-- Who pays, who is one and the same, and whose bill waits. See packages customers, contracts and invoicing.

-- A customer that was entered twice: from then on what names the duplicate means `into_id`. The row known last counts;
-- one without `into_id` says they are two after all.
create table customers.merges (
    duplicate_id bigint not null references customers.customers (id),
    known_order  bigint not null default nextval('known_order'),
    into_id      bigint references customers.customers (id),
    takes_usage  boolean not null,  -- usage counted for the duplicate so far counts for the other: nobody was billed for it
    merged_on    date not null,
    reason       text not null check (reason <> ''),
    by_user      bigint not null,
    recorded_at  timestamptz not null default now(),
    primary key (duplicate_id, known_order),
    check (into_id <> duplicate_id),
    check (into_id is not null or not takes_usage)
);
select house_reference('customers.merges');
create index merges_by_target on customers.merges (into_id);
select house_append_only('customers.merges');

-- Who is a duplicate of whom as known now.
create view customers.duplicates as
    select duplicate_id, into_id, takes_usage, merged_on
    from (
        select distinct on (duplicate_id) duplicate_id, into_id, takes_usage, merged_on
        from customers.merges
        order by duplicate_id, known_order desc) as newest
    where into_id is not null;

-- Whether what a customer uses goes on a document of its own where another member of the family pays.
create table customers.invoice_modes (
    customer_id bigint not null references customers.customers (id),
    starts_on   date not null,
    known_order bigint not null default nextval('known_order'),
    own_invoice boolean not null,
    recorded_at timestamptz not null default now(),
    primary key (customer_id, starts_on, known_order)
);
select house_reference('customers.invoice_modes');
select house_append_only('customers.invoice_modes');
select house_serve('customers');

-- Who is invoiced for a contract from a day on. Before the first row it is the contract's own payer.
create table contracts.payers (
    account_id   bigint not null,
    contract_id  bigint not null,
    effective_on date not null,  -- documents issued on this day and later
    known_order  bigint not null default nextval('known_order'),
    payer_id     bigint not null,
    reason       text not null check (reason <> ''),
    by_user      bigint not null,
    recorded_at  timestamptz not null default now(),
    primary key (account_id, contract_id, effective_on, known_order)
);
select house_shard('contracts.payers');
alter table contracts.payers add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('contracts.payers');
select house_serve('contracts');

-- A person stops the bills of a payer, or of one contract, until somebody looks. Nothing is lost: what is due is billed
-- by the first run after.
create table invoicing.holds (
    account_id  bigint not null,
    id          bigint generated always as identity,
    payer_id    bigint,
    contract_id bigint,
    starts_on   date not null,
    ends_on     date check (ends_on > starts_on),  -- first day on which bills go out again by themselves
    reason      text not null check (reason <> ''),
    owner_id    bigint not null,                   -- the user who looks into it
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id),
    check ((payer_id is null) <> (contract_id is null))
);
select house_shard('invoicing.holds');
select house_append_only('invoicing.holds');

-- Once.
create table invoicing.hold_releases (
    account_id  bigint not null,
    hold_id     bigint not null,
    released_on date not null,
    reason      text not null default '',
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint holds_are_released_once primary key (account_id, hold_id)
);
select house_shard('invoicing.hold_releases');
alter table invoicing.hold_releases add foreign key (account_id, hold_id) references invoicing.holds (account_id, id);
select house_append_only('invoicing.hold_releases');

-- What a run left out, and for which hold.
create table invoicing.run_holds (
    run_id      bigint not null references invoicing.runs (id),
    account_id  bigint not null,
    hold_id     bigint not null,
    payer_id    bigint not null,
    currency    text not null,
    documents   integer not null check (documents > 0),
    net         bigint not null,
    recorded_at timestamptz not null default now(),
    primary key (run_id, account_id, hold_id, payer_id, currency)
);
select house_append_only('invoicing.run_holds');
select house_serve('invoicing');
