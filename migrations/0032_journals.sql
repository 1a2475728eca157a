-- +goose Up
-- What people book by hand, what one of our legal entities charges another, and what it cost to win and fulfil contracts.
-- See packages journals and cost.

alter table entities.number_counters
    drop constraint number_counters_kind_check,
    add constraint number_counters_kind_check check (kind in ('invoice', 'credit_note', 'journal'));

create schema journals;

-- A journal as somebody wrote it. To change it is to write another that corrects it.
create table journals.journals (
    id              bigint generated always as identity primary key,
    entity_id       bigint not null,
    currency        text not null check (currency ~ '^[A-Z]{3}$'),
    book            text not null default '' check (book in ('', 'us_gaap', 'ifrs')), -- empty: every book
    booked_on       date not null,
    reason          text not null check (reason <> ''),
    reverses_on     date,                             -- it takes itself back on this day
    every           text not null default '' check (every in ('', 'month', 'quarter', 'half-year', 'year')),
    repeats_through date,
    template        text not null default '',
    corrects        bigint references journals.journals (id), -- the draft it replaces
    reverses        bigint references journals.journals (id), -- the posted one it takes back
    prepared_by     bigint not null,
    known_order     bigint not null default nextval('known_order'),
    recorded_at     timestamptz not null default now(),
    unique (id, prepared_by),
    constraint journals_reverse_after_their_day check (reverses_on is null or reverses_on > booked_on),
    constraint journals_repeat_through_a_day check ((every = '') = (repeats_through is null) and (repeats_through is null or repeats_through >= booked_on)),
    constraint journals_take_back_once check (reverses is null or (reverses_on is null and every = ''))
);
select house_reference('journals.journals');
select house_append_only('journals.journals');

create table journals.lines (
    journal_id  bigint not null references journals.journals (id),
    n           smallint not null check (n >= 1),
    account     smallint not null,
    amount      bigint not null check (amount <> 0), -- minor units, debit positive
    customer_id bigint,
    contract_id bigint,
    line        text,
    document    text,
    month       date check (extract(day from month) = 1), -- the amount belongs to it; null: the month it is booked in
    primary key (journal_id, n),
    check ((contract_id is null) = (line is null))
);
select house_reference('journals.lines');
select house_append_only('journals.lines');

-- Drafted, submitted, then approved or rejected; a draft may be withdrawn, what repeats may be stopped.
create table journals.events (
    journal_id  bigint not null,
    seq         smallint not null check (seq >= 1),
    event       text not null,
    after       text,
    after_seq   smallint generated always as (nullif(seq - 1, 0)) stored,
    prepared_by bigint not null,
    by_user     bigint not null,
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint events_follow_one_another primary key (journal_id, seq),
    unique (journal_id, seq, event),
    foreign key (journal_id, prepared_by) references journals.journals (id, prepared_by),
    foreign key (journal_id, after_seq, after) references journals.events (journal_id, seq, event),
    constraint events_come_in_their_order check (
        (event = 'drafted' and seq = 1 and after is null)
        or (event = 'submitted' and after is not null and after = 'drafted')
        or (event = 'withdrawn' and after is not null and after in ('drafted', 'rejected'))
        or (event = 'approved' and after is not null and after = 'submitted')
        or (event = 'rejected' and after is not null and after = 'submitted' and reason <> '')
        or (event = 'stopped' and after is not null and after = 'approved' and reason <> '')),
    constraint events_take_a_second_person check (event not in ('approved', 'rejected') or (by_user > 0 and by_user <> prepared_by))
);
select house_reference('journals.events');
select house_append_only('journals.events');

create table journals.attachments (
    id          bigint generated always as identity primary key,
    journal_id  bigint not null references journals.journals (id),
    name        text not null check (name <> ''),
    media_type  text not null check (media_type <> ''),
    sha256      bytea not null check (length(sha256) = 32),
    content     bytea not null check (sha256 = sha256(content)),
    uploaded_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint attachments_come_once unique (journal_id, sha256)
);
select house_reference('journals.attachments');
select house_append_only('journals.attachments');

-- What became of an approved journal in the ledger: each occurrence once, and once the entry that takes it back.
create table journals.posted (
    account_id  bigint not null,
    journal_id  bigint not null,
    occurrence  smallint not null check (occurrence >= 0),
    part        text not null check (part in ('entry', 'reversal')),
    number      text not null check (number <> ''),
    booked_on   date not null,
    entry_seq   bigint not null,
    reverses    bigint, -- the journal that this one takes back
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint posted_once primary key (account_id, journal_id, occurrence, part),
    constraint posted_numbers_are_taken_once unique (account_id, number),
    constraint posted_is_taken_back_once unique (account_id, reverses)
);
select house_shard('journals.posted');
alter table journals.posted add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
select house_append_only('journals.posted');
create index posted_by_journal on journals.posted (journal_id);

-- Lines that are used again and again. The latest revision of a code counts; amounts come from it or are shares of a total.
create table journals.templates (
    code        text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    known_order bigint not null default nextval('known_order'),
    name        text not null check (name <> ''),
    body        jsonb not null,
    retired     boolean not null default false,
    by_user     bigint not null,
    recorded_at timestamptz not null default now(),
    primary key (code, known_order)
);
select house_reference('journals.templates');
select house_append_only('journals.templates');

-- Rules as dated data: who may approve how much, and what one entity charges another. A rule counts from its day on, once
-- another person has approved it; of a code the latest first day wins, then the one known last.
create table journals.rules (
    id          bigint generated always as identity primary key,
    kind        text not null check (kind in ('limit', 'intercompany')),
    code        text not null check (code <> ''),
    starts_on   date not null,
    body        jsonb not null,
    reason      text not null check (reason <> ''),
    prepared_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, prepared_by)
);
select house_reference('journals.rules');
select house_append_only('journals.rules');

create table journals.rule_decisions (
    rule_id     bigint primary key,
    event       text not null check (event in ('approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0),
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    foreign key (rule_id, prepared_by) references journals.rules (id, prepared_by),
    constraint rule_decisions_take_a_second_person check (by_user <> prepared_by),
    constraint rule_decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_reference('journals.rule_decisions');
select house_append_only('journals.rule_decisions');

-- What stands charged between two entities, by contract line and month. A booking is one entry in each house account.
create table journals.charges (
    account_id       bigint not null, -- the house account of the seller
    seller_id        bigint not null,
    serving_id       bigint not null,
    currency         text not null check (currency ~ '^[A-Z]{3}$'),
    month            date not null check (extract(day from month) = 1), -- the revenue belongs to it
    n                integer not null check (n >= 1),
    reference        text not null check (reference <> ''),
    booked_on        date not null,
    amount           bigint not null, -- minor units; negative takes back
    entry_seq        bigint not null,
    serving_account  bigint not null,
    serving_seq      bigint not null,
    known_order      bigint not null default nextval('known_order'),
    recorded_at      timestamptz not null default now(),
    constraint charges_follow_one_another primary key (account_id, seller_id, serving_id, currency, month, n),
    unique (account_id, reference),
    check (seller_id <> serving_id)
);
select house_shard('journals.charges');
alter table journals.charges add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
select house_append_only('journals.charges');

create table journals.charge_lines (
    account_id  bigint not null,
    reference   text not null,
    rule        text not null check (rule <> ''),
    contract_id bigint not null,
    line        text not null check (line <> ''),
    month       date not null check (extract(day from month) = 1),
    revenue     bigint not null, -- earned by the seller, as it was looked at
    amount      bigint not null check (amount <> 0),
    primary key (account_id, reference, rule, contract_id, line, month)
);
select house_shard('journals.charge_lines');
alter table journals.charge_lines add foreign key (account_id, reference) references journals.charges (account_id, reference);
select house_append_only('journals.charge_lines');

select house_serve('journals');
select house_serve('entities');

create schema cost;

-- What is known about costs of contracts: a cost, a test of what can be recovered, a policy of an entity, a referral
-- partner's commission that an approved policy capitalizes. But for the last, each counts once another person approved it.
create table cost.facts (
    id          bigint generated always as identity primary key,
    kind        text not null check (kind in ('cost', 'test', 'policy', 'referral')),
    account_id  bigint, -- none of a policy
    entity_id   bigint not null,
    body        jsonb not null,
    reason      text not null check (reason <> ''),
    prepared_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, prepared_by),
    check ((kind = 'policy') = (account_id is null))
);
select house_reference('cost.facts');
select house_append_only('cost.facts');
create index facts_by_account on cost.facts (account_id);

create table cost.decisions (
    fact_id     bigint primary key,
    event       text not null check (event in ('approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0),
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    foreign key (fact_id, prepared_by) references cost.facts (id, prepared_by),
    constraint decisions_take_a_second_person check (by_user <> prepared_by),
    constraint decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_reference('cost.decisions');
select house_append_only('cost.decisions');

-- What stands booked of a cost, by the month it belongs to. Movements are differences: their sum is what stands.
create table cost.movements (
    account_id  bigint not null,
    cost_id     bigint not null,
    n           integer not null check (n >= 1),
    kind        text not null check (kind in ('capitalized', 'expensed', 'amortized', 'impaired')),
    month       date not null check (extract(day from month) = 1),
    amount      bigint not null check (amount <> 0),
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    booked_on   date not null,
    entry_seq   bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint movements_follow_one_another primary key (account_id, cost_id, n)
);
select house_shard('cost.movements');
alter table cost.movements add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
select house_append_only('cost.movements');

select house_serve('cost');
