-- +goose Up
-- What reconciliations compare with: files of other programs, and closings that were kept. See package reconcile.
create schema reconcile;

-- A file that was loaded, and the days it speaks for: a month is compared with the latest file that covers all of it, so
-- that a month without rows in it had none, and a month that no file covers is not loaded.
create table reconcile.loads (
    id          bigint generated always as identity primary key,
    source      text not null check (source in ('bookings', 'payouts')),
    entity_id   bigint not null,
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),
    file        text not null,
    digest      bytea not null check (length(digest) = 32),
    rows        integer not null check (rows >= 0),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint loads_are_loaded_once unique (source, entity_id, starts_on, ends_on, digest)
);
select house_reference('reconcile.loads');
select house_append_only('reconcile.loads');

-- What a CRM or quoting program says was sold.
create table reconcile.bookings (
    load_id   bigint not null references reconcile.loads (id),
    n         integer not null check (n >= 1),
    number    text not null check (number <> ''),
    customer  text not null,
    amount    bigint not null,  -- minor units
    currency  text not null check (currency ~ '^[A-Z]{3}$'),
    signed_on date not null,
    primary key (load_id, n),
    constraint bookings_are_listed_once unique (load_id, number)
);
select house_reference('reconcile.bookings');
select house_append_only('reconcile.bookings');

-- What a bank or payment processor says moved: in positive, out negative.
create table reconcile.payouts (
    load_id     bigint not null references reconcile.loads (id),
    n           integer not null check (n >= 1),
    paid_on     date not null,
    transaction text not null,
    amount      bigint not null check (amount <> 0),  -- minor units
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    reference   text not null,
    primary key (load_id, n)
);
select house_reference('reconcile.payouts');
select house_append_only('reconcile.payouts');

-- Balances as they stood when a month was closed: what the next month must open with, whatever becomes of the postings.
create table reconcile.closings (
    entity_id      bigint not null,
    month          date not null check (extract(day from month) = 1),
    seq            integer not null check (seq >= 1),  -- a month may close again after it was reopened
    currency       text not null check (currency ~ '^[A-Z]{3}$'),
    ledger_account smallint not null,
    amount         bigint not null,  -- minor units, debit positive
    known_order    bigint not null default nextval('known_order'),
    recorded_at    timestamptz not null default now(),
    primary key (entity_id, month, seq, currency, ledger_account)
);
select house_reference('reconcile.closings');
select house_append_only('reconcile.closings');

select house_serve('reconcile');
