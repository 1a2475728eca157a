-- +goose Up
-- What leaves for somebody else's general ledger: how accounts are mapped, and batches of entries. See package exports.
create schema exports;

-- A change of the mapping as it was proposed. It counts, as the mapping's next version, once another person approved it.
create table exports.mapping_proposals (
    id          bigint generated always as identity primary key,
    reason      text not null check (reason <> ''),
    prepared_by bigint not null, -- 0: the command line
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, prepared_by)
);
select house_reference('exports.mapping_proposals');
select house_append_only('exports.mapping_proposals');

-- A revision of a rule, from a day on. Of a code's revisions the one with the latest first day counts; of the rules that
-- a posting meets, the one with the lowest priority. An empty condition is met by everything.
create table exports.mapping_rules (
    proposal_id bigint not null references exports.mapping_proposals (id),
    n           integer not null check (n >= 1),
    code        text not null check (code <> ''),
    priority    integer not null check (priority >= 1),
    starts_on   date not null,
    retired     boolean not null,
    account     smallint not null,           -- of our chart
    target      text not null default '',
    entity      text not null default '',    -- code
    currency    text not null default '' check (currency = '' or currency ~ '^[A-Z]{3}$'),
    product     text not null default '',
    country     text not null default '',
    region      text not null default '',
    contract    text not null default '',
    gl_code     text not null check (gl_code <> ''),
    gl_name     text not null check (gl_name <> ''),
    gl_type     text not null check (gl_type in ('asset', 'liability', 'revenue', 'expense')),
    gl_control  text not null default '' check (gl_control in ('', 'receivable', 'payable', 'bank')),
    class       text not null default '',
    department  text not null default '',
    location    text not null default '',
    primary key (proposal_id, n),
    unique (proposal_id, code, starts_on)
);
select house_reference('exports.mapping_rules');
select house_append_only('exports.mapping_rules');

create table exports.mapping_decisions (
    proposal_id bigint primary key,
    event       text not null check (event in ('approved', 'rejected')),
    version     integer unique check (version >= 1),
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0), -- a person, never the program
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    foreign key (proposal_id, prepared_by) references exports.mapping_proposals (id, prepared_by),
    constraint mapping_decisions_number_what_is_approved check ((event = 'approved') = (version is not null)),
    constraint mapping_decisions_take_a_second_person check (by_user <> prepared_by),
    constraint mapping_decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_reference('exports.mapping_decisions');
select house_append_only('exports.mapping_decisions');

-- A batch is a place in the row of what one target gets of an entity's month in a currency: two that are prepared at
-- once want the same place, and the second looks again.
create table exports.batches (
    id              bigint generated always as identity primary key,
    entity_id       bigint not null,
    currency        text not null check (currency ~ '^[A-Z]{3}$'),
    month           date not null check (extract(day from month) = 1),
    target          text not null check (target <> ''),
    level           text not null check (level in ('detailed', 'summarized')),
    seq             integer not null check (seq >= 1),
    mapping_version integer not null check (mapping_version >= 1),
    options         jsonb not null,
    entries         integer not null check (entries >= 1),
    debit           bigint not null check (debit > 0),  -- of the entries, minor units; credits are as much
    by_user         bigint not null,
    known_order     bigint not null default nextval('known_order'),
    recorded_at     timestamptz not null default now(),
    constraint batches_follow_one_another unique (entity_id, currency, month, target, seq)
);
select house_reference('exports.batches');
select house_append_only('exports.batches');

-- What was handed over, byte by byte: a change of names, of the mapping or of this program does not reach it.
create table exports.batch_files (
    batch_id bigint not null references exports.batches (id),
    n        integer not null check (n >= 1),
    name     text not null check (name <> ''),
    journals integer not null check (journals >= 1),
    lines    integer not null check (lines >= 1),
    debit    bigint not null check (debit >= 0),
    credit   bigint not null check (credit >= 0),
    digest   bytea not null check (length(digest) = 32),
    content  bytea not null check (digest = sha256(content)),
    primary key (batch_id, n),
    unique (batch_id, name),
    constraint batch_files_balance check (debit = credit)
);
select house_reference('exports.batch_files');
select house_append_only('exports.batch_files');

-- Prepared, exported, then acknowledged or rejected: each state follows the one before it.
create table exports.batch_events (
    batch_id    bigint not null references exports.batches (id),
    seq         smallint not null check (seq >= 1),
    event       text not null,
    after       text,
    after_seq   smallint generated always as (nullif(seq - 1, 0)) stored,
    by_user     bigint not null,
    reference   text not null default '', -- the other ledger's
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint batch_events_follow_one_another primary key (batch_id, seq),
    unique (batch_id, seq, event),
    foreign key (batch_id, after_seq, after) references exports.batch_events (batch_id, seq, event),
    constraint batch_events_come_in_their_order check (
        (event = 'prepared' and seq = 1 and after is null)
        or (event = 'exported' and after is not null and after = 'prepared')
        or (event = 'rejected' and after is not null and after in ('prepared', 'exported') and reason <> '')
        or (event = 'acknowledged' and after is not null and after = 'exported'))
);
select house_reference('exports.batch_events');
select house_append_only('exports.batch_events');

-- Which entries a batch holds. An entry goes to a target once; after a batch was rejected, once more (round).
create table exports.batch_entries (
    account_id bigint not null,
    entry_seq  bigint not null,
    target     text not null,
    round      smallint not null check (round >= 0),
    batch_id   bigint not null,
    constraint batch_entries_go_once primary key (account_id, entry_seq, target, round)
);
select house_shard('exports.batch_entries');
alter table exports.batch_entries add foreign key (batch_id) references exports.batches (id);
select house_append_only('exports.batch_entries');
create index batch_entries_by_batch on exports.batch_entries (batch_id);

select house_serve('exports');
