-- +goose Up
-- Usage by month. Events are partitioned by the month they occurred in (UTC), so that an old one can be archived as a whole;
-- what makes an event count once stays apart, for ever. Beside it the tables of corrections and of deadlines for late usage.
-- See package usage. An upgrade writes every event once more: have as much disk free as usage.events takes.

-- Partitions belong to their table: the serving role reaches them through it only.
-- +goose StatementBegin
create or replace function house_serve(schema_name text) returns void language plpgsql as $$
declare
    t regclass;
begin
    execute format('grant usage on schema %I to ratable_app', schema_name);
    execute format('grant usage, select on all sequences in schema %I to ratable_app', schema_name);
    for t in
        select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = schema_name and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    loop
        perform house_serve_table(t);
    end loop;
end $$;
-- +goose StatementEnd

-- 1. Keys: what was accepted, for ever. `key` is the first half of SHA-256 over (source, id), `content` over everything the
-- event says. occurred_at leads to the partition that holds the event, or to the archive.
create table usage.keys (
    account_id  bigint not null check (account_id > 0),
    key         uuid not null,
    content     uuid not null,
    occurred_at timestamptz not null,
    known_order bigint not null default nextval('known_order'),
    constraint keys_pkey primary key (account_id, key)
);
select house_shard('usage.keys');

-- 2. Events. No unique index of their own: it would have to contain the time, and an event with a mended clock would be
-- another one. usage.keys decides before a row comes here.
alter table usage.events rename to events_of_0008;
create table usage.events (
    account_id  bigint not null check (account_id > 0),
    key         uuid not null,
    content     uuid not null,
    customer_id bigint not null check (customer_id > 0),
    meter_id    bigint not null check (meter_id > 0),
    occurred_at timestamptz not null,
    quantity    numeric not null check (quantity >= 0 and quantity < 1e18),
    dimensions  jsonb,                     -- null: none; else an object of strings
    source      text not null,
    event_id    text not null,
    known_order bigint not null default nextval('known_order'), -- one number per batch: known together
    recorded_at timestamptz not null default now()
) partition by range (occurred_at);
select house_shard('usage.events');
select house_append_only('usage.events');

-- usage.month_table is the name of the partition of a month.
-- +goose StatementBegin
create function usage.month_table(month date) returns text language sql immutable set search_path = pg_catalog as $$
    select 'events_' || to_char(month, 'YYYY_MM')
$$;
-- +goose StatementEnd

-- usage.open_month makes the partition of a month, unless it is there: true when it was made. It acts as the owner, for the
-- serving role may make no tables. CREATE ... PARTITION OF would lock out every reader; ATTACH of an empty table does not.
-- +goose StatementBegin
create function usage.open_month(month date) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
    first date := date_trunc('month', month)::date;
    part text := usage.month_table(first);
begin
    if first is null or first < '2000-01-01' or first >= '2200-01-01' then
        raise exception 'usage of % is of no month that could be', month using errcode = 'invalid_datetime_format';
    end if;
    -- Two processes may open the same month at once: the second waits here, and then finds it.
    perform pg_advisory_xact_lock(hashtextextended('usage.months', 0));
    if to_regclass(format('usage.%I', part)) is not null then
        return false;
    end if;
    execute format('create table usage.%I (like usage.events including defaults including constraints)', part);
    -- Statement triggers are not inherited: a partition is as append-only as its table.
    perform house_append_only(format('usage.%I', part)::regclass);
    execute format('alter table usage.events attach partition usage.%I for values from (%L) to (%L)',
                   part, first::timestamptz, (first + interval '1 month')::timestamptz);
    return true;
end $$;
-- +goose StatementEnd
revoke all on function usage.open_month(date) from public;
grant execute on function usage.open_month(date) to ratable_app;

insert into usage.keys (account_id, key, content, occurred_at, known_order)
select account_id, key, content, occurred_at, known_order from usage.events_of_0008 order by account_id, key;
select usage.open_month(o.month)
from (select distinct date_trunc('month', occurred_at at time zone 'UTC')::date as month from usage.events_of_0008) o;
insert into usage.events (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at)
select account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at
from usage.events_of_0008 order by known_order, account_id, occurred_at;
drop table usage.events_of_0008;

select house_append_only('usage.keys');
create index keys_by_known_order on usage.keys using brin (known_order) with (pages_per_range = 16);
-- An account's events of some time, in order: pages, prices by event, recounts, and one event by its key and time.
create index events_by_account on usage.events (account_id, occurred_at);
-- Events arrive roughly in time order, so block ranges find a day or a batch without a second big index.
create index events_by_time on usage.events using brin (occurred_at) with (pages_per_range = 16);
create index events_by_known_order on usage.events using brin (known_order) with (pages_per_range = 16);

-- 3. Retired months. The file is the archive; what stands here proves that it is the one, and says what was kept besides.
create table usage.archives (
    month         date not null check (extract(day from month) = 1),
    part          integer not null check (part > 0), -- events that came for a retired month make a further part
    file          text not null,
    sha256        bytea not null check (length(sha256) = 32),
    events        bigint not null check (events > 0),
    through_order bigint not null,   -- the part holds what was known up to here
    meters        bigint[] not null, -- whose events were kept in usage.held_events when the month was retired
    known_order   bigint not null default nextval('known_order'),
    recorded_at   timestamptz not null default now(),
    primary key (month, part)
);
select house_reference('usage.archives');

-- Events of retired months that a price or a meter needs one by one. Copies: each keeps its known_order.
create table usage.held_events (
    account_id  bigint not null,
    key         uuid not null,
    content     uuid not null,
    customer_id bigint not null,
    meter_id    bigint not null,
    occurred_at timestamptz not null,
    quantity    numeric not null,
    dimensions  jsonb,
    source      text not null,
    event_id    text not null,
    known_order bigint not null,
    recorded_at timestamptz not null,
    primary key (account_id, key)
);
create index held_events_by_account on usage.held_events (account_id, occurred_at);
select house_shard('usage.held_events');

-- 4. Corrections of accepted events: what the event says from here on (amend, restore), or that it no longer counts
-- (retract: then what it said last). A row speaks for itself, whether its event is still here or archived.
create table usage.corrections (
    account_id  bigint not null check (account_id > 0),
    key         uuid not null,
    revision    integer not null check (revision > 0), -- 0 is the event as it came; the greatest counts
    action      text not null check (action in ('amend', 'retract', 'restore')),
    customer_id bigint not null check (customer_id > 0),
    meter_id    bigint not null check (meter_id > 0),
    occurred_at timestamptz not null,
    quantity    numeric not null check (quantity >= 0 and quantity < 1e18),
    dimensions  jsonb,
    source      text not null,
    event_id    text not null,
    reason      text not null check (reason <> ''),
    actor       text not null check (actor <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, key, revision)
);
create index corrections_by_account on usage.corrections (account_id, occurred_at);
select house_shard('usage.corrections');

-- Until when usage counts by itself, as contracts say it: events of a billing period that come more than `days` days after
-- its end wait in quarantine. Of the rows that cover a day the one known last speaks; days null: none from then on.
create table usage.deadlines (
    account_id  bigint not null check (account_id > 0),
    customer_id bigint not null check (customer_id > 0),
    meter_id    bigint not null check (meter_id > 0),
    contract_id bigint not null check (contract_id > 0),
    starts_on   date not null,
    ends_on     date check (ends_on > starts_on), -- null: without end
    anchor      date not null,                    -- billing periods are counted from here
    cadence     text not null check (cadence in ('month', 'quarter', 'half-year', 'year', 'term')),
    days        integer check (days >= 0),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, customer_id, meter_id, contract_id, starts_on, known_order)
);
select house_shard('usage.deadlines');

alter table usage.quarantine drop constraint quarantine_reason_check;
alter table usage.quarantine add constraint quarantine_reason_check
    check (reason in ('unknown customer', 'unknown meter', 'unknown customer and meter', 'late'));

-- A retraction may leave a quarter of an hour without events.
alter table usage.quarter_hours drop constraint quarter_hours_events_check, add constraint quarter_hours_events_check check (events >= 0);
alter table usage.days drop constraint days_events_check, add constraint days_events_check check (events >= 0);
alter table usage.dimension_days drop constraint dimension_days_events_check, add constraint dimension_days_events_check check (events >= 0);

select house_append_only('usage.archives');
select house_append_only('usage.held_events');
select house_append_only('usage.corrections');
select house_append_only('usage.deadlines');

-- usage.counted is what counts: events without a correction, and of the others what their last correction says. Three parts,
-- so that a condition on account and time reaches the index and the partitions of each.
create view usage.counted as
select e.account_id, e.key, 0 as revision, e.customer_id, e.meter_id, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id, e.known_order, e.recorded_at
from usage.events e
where not exists (select from usage.corrections c where c.account_id = e.account_id and c.key = e.key)
union all
select e.account_id, e.key, 0, e.customer_id, e.meter_id, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id, e.known_order, e.recorded_at
from usage.held_events e
where not exists (select from usage.corrections c where c.account_id = e.account_id and c.key = e.key)
union all
select c.account_id, c.key, c.revision, c.customer_id, c.meter_id, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id, c.known_order, c.recorded_at
from usage.corrections c
where c.action <> 'retract'
  and not exists (select from usage.corrections n where n.account_id = c.account_id and n.key = c.key and n.revision > c.revision);

-- 5. Seals. A closed month's seal covers usage.keys, whose `content` is over all that an event says, and which stay; not the
-- events, which may be archived, nor copies of them. Seals taken before this covered usage.events: for those, what the
-- fingerprint of a retired row adds is kept by its place (house_fingerprint only adds up, so nothing else is needed).
-- +goose StatementBegin
create function house_sealed_tables() returns setof regclass language sql stable as $$
    select t from house_fact_tables() t
    where house_is_append_only(t) and t not in ('usage.events'::regclass, 'usage.held_events'::regclass)
$$;
-- +goose StatementEnd

create table house_retired_facts (
    table_name text not null,
    columns    text[] not null,
    place      bigint not null, -- the facts' known_order
    month      date not null,
    part       integer not null,
    facts      bigint not null,
    a          numeric not null,
    b          numeric not null,
    c          numeric not null,
    d          numeric not null,
    primary key (table_name, columns, place, month, part)
);
select house_reference('house_retired_facts');
select house_append_only('house_retired_facts');
grant select on house_retired_facts to ratable_app;

-- house_lanes adds up the SHA-256 of each row of a table, the columns named, in four lanes of 64 bits, by the place the rows
-- became known at. The order that rows are read in does not matter.
-- +goose StatementBegin
create function house_lanes(t regclass, columns text[], after_order bigint, through_order bigint)
returns table (place bigint, facts bigint, a numeric, b numeric, c numeric, d numeric) language plpgsql stable set timezone = 'UTC' as $$
begin
    return query execute format($q$
        select s.known_order, count(*),
               sum(('x' || encode(substr(s.sum, 1, 8), 'hex'))::bit(64)::bigint::numeric), sum(('x' || encode(substr(s.sum, 9, 8), 'hex'))::bit(64)::bigint::numeric),
               sum(('x' || encode(substr(s.sum, 17, 8), 'hex'))::bit(64)::bigint::numeric), sum(('x' || encode(substr(s.sum, 25, 8), 'hex'))::bit(64)::bigint::numeric)
        from (select known_order, sha256(convert_to((select to_jsonb(x) from (select %s) x)::text, 'UTF8')) as sum
              from %s where known_order > $1 and known_order <= $2) s
        group by s.known_order$q$,
        (select string_agg(format('%I', n), ', ' order by i) from unnest(columns) with ordinality as o (n, i)), t)
    using after_order, through_order;
end $$;
-- +goose StatementEnd

-- house_fingerprint gives the same as in 0029, and what was retired since still counts.
-- +goose StatementBegin
create or replace function house_fingerprint(t regclass, columns text[], after_order bigint, through_order bigint, out facts bigint, out digest text)
language sql stable set timezone = 'UTC' as $$
    select coalesce(sum(h.facts), 0)::bigint,
           encode(sha256(convert_to(format('%s/%s/%s/%s/%s', coalesce(sum(h.facts), 0), sum(h.a), sum(h.b), sum(h.c), sum(h.d)), 'UTF8')), 'hex')
    from (select l.facts, l.a, l.b, l.c, l.d from house_lanes(t, columns, after_order, through_order) l
          union all
          select r.facts, r.a, r.b, r.c, r.d from house_retired_facts r
          where r.table_name = t::text and r.columns = house_fingerprint.columns and r.place > after_order and r.place <= through_order) h
$$;
-- +goose StatementEnd

-- 6. usage.retire_month drops a month that was archived: in one transaction it keeps the events of some meters, and what
-- seals covered, records the archive, and drops the partition. It refuses (55000) when what stands is not what was archived,
-- and gives up (55P03) when somebody reads on and on: nothing has changed then.
-- +goose StatementBegin
create function usage.retire_month(month date, part integer, file text, sha256 bytea, events bigint, through_order bigint, meters bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' set lock_timeout = '2s' as $$
declare
    retired regclass := to_regclass(format('usage.%I', usage.month_table(month)));
    stand bigint;
    covered record;
begin
    -- One at a time, before anything is read: the second finds the month gone.
    perform pg_advisory_xact_lock(hashtextextended('usage.retire', 0));
    retired := to_regclass(format('usage.%I', usage.month_table(month)));
    if retired is null then
        raise exception '% has no events to retire', to_char(month, 'YYYY-MM') using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('select count(*) from %s', retired) into stand;
    if stand <> events then
        raise exception '% events of % were archived, but % stand: archive it again', events, to_char(month, 'YYYY-MM'), stand
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('insert into usage.held_events (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at)
        select account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at
        from %s where meter_id = any ($1)', retired) using meters;
    for covered in
        select i.columns, max(s.inputs_order) as through from closing.sealed_inputs i
        join closing.seals s on s.entity_id = i.entity_id and s.month = i.month and s.event_seq = i.event_seq
        where i.table_name = 'usage.events' group by i.columns
    loop
        insert into house_retired_facts (table_name, columns, place, month, part, facts, a, b, c, d)
        select 'usage.events', covered.columns, l.place, retire_month.month, retire_month.part, l.facts, l.a, l.b, l.c, l.d
        from house_lanes(retired, covered.columns, 0, covered.through) l;
    end loop;
    -- Dropping a partition needs its table alone: for a moment, at the very end.
    perform pg_advisory_xact_lock(hashtextextended('usage.months', 0));
    lock table only usage.events in access exclusive mode;
    execute format('select count(*) from %s where known_order > $1', retired) into stand using retire_month.through_order;
    if stand > 0 then
        raise exception '% events of % came while it was archived: archive it again', stand, to_char(month, 'YYYY-MM')
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('drop table %s', retired);
    insert into usage.archives (month, part, file, sha256, events, through_order, meters)
    values (retire_month.month, retire_month.part, retire_month.file, retire_month.sha256, retire_month.events, retire_month.through_order, retire_month.meters);
end $$;
-- +goose StatementEnd
revoke all on function usage.retire_month(date, integer, text, bytea, bigint, bigint, bigint[]) from public;
grant execute on function usage.retire_month(date, integer, text, bytea, bigint, bigint, bigint[]) to ratable_app;

select house_serve('usage');
