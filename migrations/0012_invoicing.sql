-- +goose Up
-- What was asked for: billing runs, issued documents frozen as they were sent. See package invoicing.
create schema invoicing;

-- One row per as-of date; what became of the run are its events.
create table invoicing.runs (
    id          bigint generated always as identity primary key,
    as_of       date not null unique,
    recorded_at timestamptz not null default now()
);
select house_append_only('invoicing.runs');

-- planned: what the run would issue. held: it strays too far, a person must look. released: a person did.
-- finished: everything is issued, failures aside.
create table invoicing.run_events (
    run_id      bigint not null references invoicing.runs (id),
    seq         integer not null check (seq >= 1),
    event       text not null check (event in ('planned', 'held', 'released', 'finished')),
    documents   integer not null default 0,
    failures    integer not null default 0,
    totals      jsonb not null default '{}',  -- net by currency, minor units as text: {"USD": "12345.00 USD"}
    reason      text not null default '',
    by_user     bigint not null,
    recorded_at timestamptz not null default now(),
    primary key (run_id, seq)
);
select house_append_only('invoicing.run_events');

-- An account that could not be billed; later attempts add rows, the latest counts.
create table invoicing.run_failures (
    run_id      bigint not null references invoicing.runs (id),
    account_id  bigint not null,
    attempt     integer not null,
    error       text not null,  -- empty: it went through afterwards
    recorded_at timestamptz not null default now(),
    primary key (run_id, account_id, attempt)
);
select house_append_only('invoicing.run_failures');

-- An issued document. Its place among the account's documents (seq) is the lock: of two runs with the same
-- view one fails and looks again. frozen holds all that is printed.
create table invoicing.documents (
    account_id  bigint not null,
    seq         bigint not null check (seq >= 1),
    number      text not null,
    kind        text not null check (kind in ('invoice', 'credit_note')),
    entity_id   bigint not null,
    payer_id    bigint not null,
    currency    text not null,
    issued_on   date not null,
    tax_point   date not null,
    due_on      date not null,
    po_number   text not null default '',
    net         bigint not null,
    tax         bigint not null,
    total       bigint not null,
    run_id      bigint references invoicing.runs (id),
    frozen      jsonb not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, seq),
    check (net + tax = total),
    check (kind = 'invoice' and total >= 0 or kind = 'credit_note' and total < 0)
);
select house_shard('invoicing.documents');
create index documents_by_day on invoicing.documents (issued_on, account_id, seq);
create index documents_by_payer on invoicing.documents (account_id, payer_id);
select house_append_only('invoicing.documents');

-- One row per number, whole on every node: where it is, and that it is never used twice.
create table invoicing.numbers (
    number     text primary key,
    entity_id  bigint not null,
    account_id bigint not null,
    seq        bigint not null
);
select house_reference('invoicing.numbers');
select house_append_only('invoicing.numbers');

create table invoicing.lines (
    account_id        bigint not null,
    seq               bigint not null,
    n                 integer not null check (n >= 1),
    contract_id       bigint not null,
    customer_id       bigint not null,
    line              text not null,
    kind              text not null,
    starts_on         date not null,
    ends_on           date not null check (ends_on > starts_on),
    product           text not null,
    amount            bigint not null,
    corrects_document text,
    corrects_line     integer,
    primary key (account_id, seq, n),
    check ((corrects_document is null) = (corrects_line is null))
);
select house_shard('invoicing.lines');
alter table invoicing.lines add foreign key (account_id, seq) references invoicing.documents (account_id, seq);
create index lines_by_contract on invoicing.lines (account_id, contract_id, line);
select house_append_only('invoicing.lines');

create table invoicing.tax_lines (
    account_id bigint not null,
    seq        bigint not null,
    n          integer not null check (n >= 1),
    line       integer not null,
    place      text not null,
    level      text not null,
    name       text not null,
    rate       numeric not null,
    taxable    bigint not null,
    tax        bigint not null,
    reason     text not null,
    primary key (account_id, seq, n)
);
select house_shard('invoicing.tax_lines');
alter table invoicing.tax_lines add foreign key (account_id, seq, line) references invoicing.lines (account_id, seq, n);
select house_append_only('invoicing.tax_lines');

-- Void is a fact about a document, once.
create table invoicing.voids (
    account_id  bigint not null,
    seq         bigint not null,
    voided_on   date not null,
    reason      text not null check (reason <> ''),
    by_user     bigint not null,
    recorded_at timestamptz not null default now(),
    primary key (account_id, seq)
);
select house_shard('invoicing.voids');
alter table invoicing.voids add foreign key (account_id, seq) references invoicing.documents (account_id, seq);
select house_append_only('invoicing.voids');

select house_serve('invoicing');
