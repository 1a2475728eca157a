-- +goose Up
-- Accounting policies: dated, per legal entity and book, proposed by one person and approved by another. See ledger.Policy.
create table ledger.policies (
    entity_id    bigint not null references entities.entities (id),
    book         text not null check (book in ('us_gaap', 'ifrs')),
    number       integer not null check (number >= 1),
    effective_on date not null,
    document     jsonb not null,
    reason       text not null check (reason <> ''),
    prepared_by  bigint not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    constraint policies_are_numbered primary key (entity_id, book, number)
);
select house_reference('ledger.policies');
select house_append_only('ledger.policies');

create table ledger.policy_decisions (
    entity_id   bigint not null,
    book        text not null,
    number      integer not null,
    event       text not null check (event in ('approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null,
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint policies_are_decided_once primary key (entity_id, book, number),
    constraint policies_four_eyes check (by_user <> prepared_by and by_user <> 0),
    constraint policies_rejected_with_reason check (event <> 'rejected' or reason <> ''),
    foreign key (entity_id, book, number) references ledger.policies (entity_id, book, number)
);
select house_reference('ledger.policy_decisions');
select house_append_only('ledger.policy_decisions');

-- What was billed elsewhere, as it was told. See package revrec/subledger.
create schema subledger;
create table subledger.facts (
    account_id  bigint not null,
    customer_id bigint not null,
    entity_id   bigint not null,
    source      text not null check (source <> ''),
    external_id text not null check (external_id <> ''),
    kind        text not null,
    happened_on date not null,
    told        jsonb not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint facts_are_told_once primary key (account_id, source, external_id)
);
select house_shard('subledger.facts');
select house_append_only('subledger.facts');

-- What was lost of money: write-offs and their return, what processors kept, disputes. See payments.Loss.
create sequence payments.loss_ids as bigint;
create table payments.losses (
    account_id  bigint not null,
    id          bigint not null default nextval('payments.loss_ids'),
    kind        text not null check (kind in ('write_off', 'reinstate', 'fee', 'dispute', 'dispute_won', 'dispute_lost')),
    entity_id   bigint not null,
    customer_id bigint not null,
    document    text not null,  -- the invoice or receipt
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    amount      bigint not null check (amount > 0),
    fee         bigint not null default 0 check (fee >= 0),
    policy      text not null,  -- by which it was booked
    happened_on date not null,
    booked_on   date not null check (booked_on >= happened_on),
    reason      text not null check (reason <> ''),
    entry_seq   bigint,  -- none: a dispute that was taken back at once and lost
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
select house_shard('payments.losses');
alter table payments.losses add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
create index losses_by_document on payments.losses (account_id, document);
select house_append_only('payments.losses');

select house_serve('ledger');
select house_serve('subledger');
select house_serve('payments');
