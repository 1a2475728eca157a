-- +goose Up
-- The life of a contract: approval rules as data, notice and renewal by itself, attachments. See package contracts.

-- What must be looked at, from which figure on, and who must approve. A row is a version of its rule; the one with the
-- highest number that was approved and has begun counts. Version 1 is what the house began with.
create table contracts.rules (
    kind        text not null check (kind <> ''),
    version     integer not null check (version >= 1),
    starts_on   date not null,
    threshold   numeric check (threshold >= 0),  -- null: the rule has no figure
    roles       text[] not null check (cardinality(roles) > 0),
    active      boolean not null,
    reason      text not null check (reason <> ''),
    prepared_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (kind, version),
    unique (kind, version, prepared_by),
    constraint rules_are_decided_by_desks_that_decide check (roles <@ array['finance', 'accountant'])
);
select house_reference('contracts.rules');
select house_append_only('contracts.rules');

create table contracts.rule_decisions (
    kind        text not null,
    version     integer not null,
    event       text not null check (event in ('approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0),
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (kind, version),
    foreign key (kind, version, prepared_by) references contracts.rules (kind, version, prepared_by),
    constraint rule_decisions_take_a_second_person check (by_user <> prepared_by),
    constraint rule_decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_reference('contracts.rule_decisions');
select house_append_only('contracts.rule_decisions');

insert into contracts.rules (kind, version, starts_on, threshold, roles, active, reason, prepared_by) values
    ('margin',     1, '1990-01-01', 20,      '{finance}', true, 'As the house began', 0),
    ('term',       1, '1990-01-01', 36,      '{finance}', true, 'As the house began', 0),
    ('net_days',   1, '1990-01-01', 45,      '{finance}', true, 'As the house began', 0),
    ('value',      1, '1990-01-01', 1000000, '{finance}', true, 'As the house began', 0),
    ('free',       1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('programme',  1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('discount',   1, '1990-01-01', 20,      '{finance}', true, 'As the house began', 0),
    ('arrears',    1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('prepaid',    1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('overage',    1, '1990-01-01', 1,       '{finance}', true, 'As the house began', 0),
    ('rollover',   1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('reseller',   1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('no_refund',  1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0),
    ('backdated',  1, '1990-01-01', 31,      '{finance}', true, 'As the house began', 0),
    ('lowers',     1, '1990-01-01', null,    '{finance}', true, 'As the house began', 0);

-- The day a version was entered as of: the rules of that day decide who approves it.
alter table contracts.versions add column entered_on date;

-- A version may need several roles: each approval covers those its giver holds ("endorsed"), the last one approves.
-- A version that the program appends because a contract renews by itself counts by the approval of the version that
-- agreed to that, and names it.
alter table contracts.decisions
    add column required      text[] not null default '{}',
    add column covered       text[] not null default '{}',
    add column under_version integer,
    drop constraint decisions_event_check,
    drop constraint decisions_take_a_second_person;
alter table contracts.decisions
    add constraint decisions_event_check check (event in ('submitted', 'endorsed', 'approved', 'rejected', 'renewed')),
    add constraint decisions_take_a_second_person check (event not in ('approved', 'endorsed') or by_user <> prepared_by),
    add constraint decisions_cover_every_role check (event <> 'approved' or covered @> required),
    add constraint decisions_renew_under_an_approval check (
        (event = 'renewed') = (under_version is not null)
        and (event <> 'renewed' or (by_user = 0 and prepared_by = 0 and under_version < version and reason <> ''))),
    add foreign key (account_id, contract_id, under_version) references contracts.versions (account_id, contract_id, version);
drop index contracts.decisions_approve_once;
create unique index decisions_approve_once on contracts.decisions (account_id, contract_id, version) where event in ('approved', 'renewed');
create index versions_renew_by_themselves on contracts.versions (ends_on) where (document -> 'renewal' ->> 'auto') = 'true';

-- One side said that the contract shall not renew. Notice is about one end of a term: it alternates with being
-- withdrawn, and a further term has a notice of its own.
create table contracts.notices (
    account_id  bigint not null,
    contract_id bigint not null,
    ends_on     date not null,  -- first day after the term that shall be the last
    seq         smallint not null check (seq >= 1),
    event       text not null check (event in ('given', 'withdrawn')),
    party       text not null check (party in ('customer', 'us')),
    given_on    date not null,
    reason      text not null check (reason <> ''),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    follows     smallint generated always as (nullif(seq - 1, 0)) stored,
    primary key (account_id, contract_id, ends_on, seq),
    constraint notices_alternate check ((seq % 2 = 1) = (event = 'given')),
    constraint notices_before_the_end check (given_on < ends_on)
);
select house_shard('contracts.notices');
alter table contracts.notices
    add foreign key (account_id, contract_id) references contracts.contracts (account_id, id),
    add constraint notices_no_gap foreign key (account_id, contract_id, ends_on, follows) references contracts.notices (account_id, contract_id, ends_on, seq);
select house_append_only('contracts.notices');

-- The signed paper, as it was: bytes, and the hash that proves it.
create table contracts.attachments (
    account_id  bigint not null,
    id          bigint generated always as identity,
    contract_id bigint not null,
    version     integer not null,
    name        text not null check (name <> ''),
    media_type  text not null,
    sha256      bytea not null check (length(sha256) = 32),
    content     bytea not null check (length(content) between 1 and 10485760),
    about       text not null default '',  -- a clause or the id of a line
    uploaded_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id),
    unique (account_id, contract_id, version, sha256)
);
select house_shard('contracts.attachments');
alter table contracts.attachments add foreign key (account_id, contract_id, version) references contracts.versions (account_id, contract_id, version);
alter table contracts.attachments alter column content set storage external;  -- PDF and pictures are packed already
select house_append_only('contracts.attachments');

select house_serve('contracts');
