-- +goose Up
-- Customers who come from another billing system, cohort by cohort: the files they came by, what that system invoiced, and how far
-- each of them is. See package onboarding.
create schema onboarding;

-- A file that was taken, or as much of it as could be.
create table onboarding.files (
    id          bigint generated always as identity primary key,
    cohort      text not null check (cohort <> ''),
    kind        text not null check (kind in ('customers', 'contracts', 'invoices', 'balances')),
    name        text not null,
    sha256      bytea not null check (length(sha256) = 32),
    made        integer not null,
    changed     integer not null,
    unchanged   integer not null,
    refused     integer not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('onboarding.files');
create index files_by_cohort on onboarding.files (cohort, id);
select house_append_only('onboarding.files');

-- What happened to a customer of a cohort; the last step is where it stands. One who is only planned has no account yet, so that it
-- is known by its external id.
create table onboarding.steps (
    cohort      text not null check (cohort <> ''),
    customer    text not null check (customer <> ''),
    seq         integer not null check (seq > 0),
    step        text not null check (step in ('planned', 'imported', 'compared', 'asked', 'declined', 'moved', 'taken_back')),
    cut_over    date check ((cut_over is not null) = (step in ('asked', 'moved'))),
    on_day      date not null,
    reason      text not null,
    detail      jsonb not null default '{}',
    asked_by    bigint not null default 0,  -- of a move: who asked for it
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint steps_follow_each_other primary key (cohort, customer, seq),
    constraint moves_take_a_second_person check (step <> 'moved' or by_user > 0 and by_user <> asked_by)
);
select house_reference('onboarding.steps');
create index steps_by_customer on onboarding.steps (customer);
select house_append_only('onboarding.steps');

-- An invoice of the other system as it was told, its lines, payments and credits with it. Told otherwise later, it is the next
-- revision; nothing is overwritten.
create table onboarding.invoices (
    account_id  bigint not null,
    number      text not null,
    revision    integer not null check (revision > 0),
    cohort      text not null,
    customer_id bigint not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    issued_on   date not null,
    content     jsonb not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint invoices_are_told_in_turn primary key (account_id, number, revision)
);
select house_shard('onboarding.invoices');
create index invoices_by_number on onboarding.invoices (number);
create index invoices_by_cohort on onboarding.invoices (cohort);
select house_append_only('onboarding.invoices');

-- What else stands open with a customer, or had been earned of a line, by the old books.
create table onboarding.balances (
    account_id  bigint not null,
    key         text not null,
    revision    integer not null check (revision > 0),
    cohort      text not null,
    customer_id bigint not null,
    content     jsonb not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint balances_are_told_in_turn primary key (account_id, key, revision)
);
select house_shard('onboarding.balances');
create index balances_by_cohort on onboarding.balances (cohort);
select house_append_only('onboarding.balances');

select house_serve('onboarding');

-- A company may come over in parts: each part is a file of its own, with its own totals.
alter table opening.files
    add column part text not null default '',
    drop constraint files_bring_a_day_over_once,
    add constraint files_bring_a_day_over_once unique (entity_id, currency, cut_over, part);
