-- +goose Up
-- Corrections in full, late usage and the quarantine. See package usage.

-- Who sent a correction under an id of its own may send it again. Who decided is a user, or a system (0).
alter table usage.corrections add column request text check (request <> ''), add column user_id bigint not null default 0;
create unique index corrections_by_request on usage.corrections (account_id, key, request) where request is not null;

-- Until when usage is taken, as the contracts of an account say it now: written anew with each version that is agreed, and
-- only where some contract refuses anything. A projection, hence no history: that a late event was refused is the fact.
-- days null: this contract takes the use of these days whenever it comes.
drop table usage.deadlines;
create table usage.deadlines (
    account_id  bigint not null check (account_id > 0),
    position    integer not null,
    contract    text not null,
    customer_id bigint not null check (customer_id > 0),
    meter_id    bigint not null check (meter_id > 0),
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),
    anchor      date not null, -- billing periods are counted from here
    cadence     text not null check (cadence in ('month', 'quarter', 'half-year', 'year', 'term')),
    days        integer check (days > 0),
    primary key (account_id, position)
);
select house_shard('usage.deadlines');
select house_serve_delete('usage.deadlines');

-- Which day a late event would have been taken on, and by which contract.
alter table usage.quarantine add column deadline date, add column contract text,
    add constraint quarantine_says_until_when check ((reason = 'late') = (deadline is not null and contract is not null));

-- What was decided about quarantined events. A discarded one may be returned.
create table usage.dispositions (
    key         uuid not null,
    content     uuid not null,
    revision    integer not null check (revision > 0),
    action      text not null check (action in ('accept', 'discard', 'return', 'late')), -- late: found so at a replay
    reason      text not null check (reason <> ''),
    user_id     bigint not null default 0,
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint dispositions_pkey primary key (key, content, revision),
    foreign key (key, content) references usage.quarantine (key, content)
);
select house_append_only('usage.dispositions');

-- What waits, and what was discarded: derived from the quarantine, its releases and dispositions, so that a list of a hundred
-- thousand is read by pages. A released event has no row.
create table usage.waiting (
    key         uuid not null,
    content     uuid not null,
    state       text not null check (state in ('waiting', 'discarded')),
    reason      text not null,
    customer    text not null,
    meter       text not null,
    deadline    date,
    contract    text,
    first_on    timestamptz not null, -- when it was received
    queue_order bigint not null, -- the known_order of what is quarantined: the oldest stands first
    position    integer not null,
    primary key (key, content),
    foreign key (key, content) references usage.quarantine (key, content)
);
select house_serve_delete('usage.waiting');
insert into usage.waiting (key, content, state, reason, customer, meter, first_on, queue_order, position)
select q.key, q.content, 'waiting', q.reason, q.customer, q.meter, q.recorded_at, q.known_order, q.position
from usage.quarantine q
where not exists (select from usage.releases r where r.key = q.key and r.content = q.content);
create index waiting_in_order on usage.waiting (state, queue_order, position);
create index waiting_by_reason on usage.waiting (state, reason, queue_order, position);
create index waiting_by_customer on usage.waiting (state, customer, queue_order, position);
create index waiting_by_meter on usage.waiting (state, meter, queue_order, position);

-- Names that senders use for a customer or meter of ours. The one given last holds; '' takes it back.
create table usage.aliases (
    kind        text not null check (kind in ('customer', 'meter')),
    alias       text not null check (alias <> ''),
    revision    integer not null check (revision > 0),
    means       text not null, -- external id, or meter code
    reason      text not null check (reason <> ''),
    user_id     bigint not null default 0,
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint aliases_pkey primary key (kind, alias, revision)
);
select house_reference('usage.aliases');
select house_append_only('usage.aliases');

-- What was decided about an event that came again with other content. No row: it is open.
create table usage.conflict_decisions (
    account_id  bigint not null,
    key         uuid not null,
    content     uuid not null,
    decision    text not null check (decision in ('accepted', 'dismissed')),
    reason      text not null check (reason <> ''),
    user_id     bigint not null default 0,
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint conflict_decisions_pkey primary key (account_id, key, content),
    foreign key (account_id, key, content) references usage.conflicts (account_id, key, content)
);
select house_shard('usage.conflict_decisions');
select house_append_only('usage.conflict_decisions');

-- A stretch of usage that is replaced: what was asked for, with the events as they were sent, and that it was done.
create sequence usage.backfill_ids as bigint;
create table usage.backfills (
    account_id  bigint not null,
    id          bigint not null default nextval('usage.backfill_ids'),
    customer_id bigint not null,
    meter_id    bigint not null,
    source      text not null,         -- '': of all sources
    from_at     timestamptz not null,
    until_at    timestamptz not null check (until_at > from_at),
    reason      text not null check (reason <> ''),
    events      integer not null check (events >= 0),
    body        bytea not null,        -- the events as JSON lines, gzip
    user_id     bigint not null default 0,
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
create index backfills_by_id on usage.backfills (id);
select house_shard('usage.backfills');
select house_append_only('usage.backfills');

create table usage.backfills_applied (
    account_id  bigint not null,
    id          bigint not null,
    added       integer not null,
    amended     integer not null,
    retracted   integer not null,
    unchanged   integer not null,
    user_id     bigint not null default 0,
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint backfills_applied_pkey primary key (account_id, id),
    foreign key (account_id, id) references usage.backfills (account_id, id)
);
select house_shard('usage.backfills_applied');
select house_append_only('usage.backfills_applied');

select house_serve('usage');
