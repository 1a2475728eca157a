-- +goose Up
-- Period control: the states of a month, what each takes, what was known at a close, and its seal. See packages
-- ledger (states) and closing (checklist, seals).

-- 1. A place in the order of knowing is final once every transaction that might hold an earlier one has ended. Whoever
-- appends facts holds this lock shared until it commits, taken before the row's place is; who wants a final watermark
-- takes it alone for a moment. Without it "as known on" could show one more row the second time it is asked.
create function house_order_lock() returns bigint language sql immutable as $$ select hashtextextended('known_order', 0) $$;

-- +goose StatementBegin
create function house_hold_place() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(house_order_lock());
    return null;
end $$;
-- +goose StatementEnd

-- house_final_order is a watermark: what is known up to it never changes. The lock is given back at once, so that
-- nobody waits for the transaction that asked.
-- +goose StatementBegin
create function house_final_order() returns bigint language plpgsql as $$
declare
    place bigint;
begin
    perform pg_advisory_lock(house_order_lock());
    place := nextval('known_order');
    perform pg_advisory_unlock(house_order_lock());
    return place;
end $$;
-- +goose StatementEnd
grant execute on function house_final_order() to ratable_app;

-- house_fact_tables are the tables whose rows have a place in the order of knowing.
-- +goose StatementBegin
create function house_fact_tables() returns setof regclass language sql stable as $$
    select c.oid::regclass from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    where a.attname = 'known_order' and not a.attisdropped
    order by c.oid::regclass::text
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create function house_keep_order(t regclass) returns void language plpgsql as $$
begin
    execute format('create or replace trigger house_hold_place before insert on %s '
                   'for each statement execute function house_hold_place()', t);
end $$;
-- +goose StatementEnd
select house_keep_order(t) from house_fact_tables() t;

-- house_append_only as in 0001, and facts of tables to come keep the order too.
-- +goose StatementBegin
create or replace function house_append_only(t regclass) returns void language plpgsql as $$
begin
    execute format('create or replace trigger house_append_only before update or delete or truncate on %s '
                   'for each statement execute function house_refuse_change()', t);
    execute format('revoke update, delete, truncate on %s from ratable_app', t);
    if t in (select f from house_fact_tables() f) then
        perform house_keep_order(t);
    end if;
end $$;
-- +goose StatementEnd

-- house_columns are a table's columns in order, recorded_at left out: it is for audit only.
-- +goose StatementBegin
create function house_columns(t regclass) returns text[] language sql stable as $$
    select array_agg(a.attname::text order by a.attnum) from pg_attribute a
    where a.attrelid = t and a.attnum > 0 and not a.attisdropped and a.attname <> 'recorded_at'
$$;
-- +goose StatementEnd

-- house_fingerprint says how many facts of a table became known after one place and up to another, and one number over
-- all their columns, which does not depend on the order that rows are read in: SHA-256 of each row, added up in four
-- lanes of 64 bits. Columns are named, so that a column added later does not change what was sealed before.
-- +goose StatementBegin
create function house_fingerprint(t regclass, columns text[], after_order bigint, through_order bigint, out facts bigint, out digest text)
language plpgsql stable set timezone = 'UTC' as $$
begin
    execute format($q$
        select count(*), encode(sha256(convert_to(format('%%s/%%s/%%s/%%s/%%s', count(*), sum(h.a), sum(h.b), sum(h.c), sum(h.d)), 'UTF8')), 'hex')
        from (select ('x' || encode(substr(s.sum, 1, 8), 'hex'))::bit(64)::bigint::numeric as a,
                     ('x' || encode(substr(s.sum, 9, 8), 'hex'))::bit(64)::bigint::numeric as b,
                     ('x' || encode(substr(s.sum, 17, 8), 'hex'))::bit(64)::bigint::numeric as c,
                     ('x' || encode(substr(s.sum, 25, 8), 'hex'))::bit(64)::bigint::numeric as d
              from (select sha256(convert_to(to_jsonb(x)::text, 'UTF8')) as sum
                    from (select %s from %s where known_order > $1 and known_order <= $2) x) s) h$q$,
        (select string_agg(format('%I', n), ', ' order by i) from unnest(columns) with ordinality as c (n, i)), t)
    into facts, digest using after_order, through_order;
end $$;
-- +goose StatementEnd

-- 2. States of a month: future -> open -> soft-closed -> closed -> reopened, each step a fact.
--   opened            bookings are taken up to this month; an entity that never says so has no future months
--   soft_closed       only adjustments are booked from now on
--   lifted            soft-closed no more
--   closed            nothing is booked
--   reopen_requested  one person asks, with a reason; refused or reopened by another
alter table ledger.month_events
    drop constraint month_events_event_check,
    add constraint month_events_event_check
        check (event in ('opened', 'soft_closed', 'lifted', 'closed', 'reopen_requested', 'reopen_refused', 'reopened'));
select house_keep_order('ledger.month_events');

-- +goose StatementBegin
create or replace function ledger.closed_through(entity bigint) returns date language sql stable as $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity and e.event in ('soft_closed', 'lifted', 'closed', 'reopened') order by e.month, e.seq desc) m
    where m.event = 'closed'
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function ledger.soft_through(entity bigint) returns date language sql stable as $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity and e.event in ('soft_closed', 'lifted', 'closed', 'reopened') order by e.month, e.seq desc) m
    where m.event in ('soft_closed', 'closed')
$$;
-- +goose StatementEnd
create function ledger.opened_through(entity bigint) returns date language sql stable as $$
    select max(e.month) from ledger.month_events e where e.entity_id = entity and e.event = 'opened'
$$;
-- What was known at the latest close: nothing of the entity becomes known up to here any more.
create function ledger.known_through(entity bigint) returns bigint language sql stable as $$
    select coalesce(max(e.known_order), 0) from ledger.month_events e where e.entity_id = entity and e.event = 'closed'
$$;

-- Months close in order, reopen in reverse, and only by another person than who asked and who closed.
-- +goose StatementBegin
create function ledger.refuse_disorder() returns trigger language plpgsql as $$
declare
    through date := ledger.closed_through(new.entity_id);
    soft    date := ledger.soft_through(new.entity_id);
    before  record;
    closer  bigint;
    wrong   text;
begin
    select e.event, e.by_user into before from ledger.month_events e
    where e.entity_id = new.entity_id and e.month = new.month order by e.seq desc limit 1;
    select e.by_user into closer from ledger.month_events e
    where e.entity_id = new.entity_id and e.month = new.month and e.event = 'closed' order by e.seq desc limit 1;
    wrong := case new.event
        when 'opened' then case when new.month <= ledger.opened_through(new.entity_id) then 'it is open already' end
        when 'soft_closed' then case when new.month <> (soft + interval '1 month')::date then 'months close in order' end
        when 'closed' then case when new.month <> (through + interval '1 month')::date then 'months close in order' end
        when 'lifted' then case when new.month is distinct from soft or new.month = through then 'it is not the latest soft-closed month' end
        when 'reopen_requested' then case when new.month is distinct from through or soft > through then 'months reopen in reverse order'
                                          when before.event = 'reopen_requested' then 'it waits for an answer already' end
        when 'reopen_refused' then case when before.event is distinct from 'reopen_requested' then 'nobody asked to reopen it' end
        when 'reopened' then case when before.event is distinct from 'reopen_requested' then 'nobody asked to reopen it'
                                  when new.by_user in (0, before.by_user, closer) then 'another person than who asked and who closed must reopen it' end
    end;
    if wrong is not null then
        raise exception 'month % of entity % cannot be %: %', to_char(new.month, 'YYYY-MM'), new.entity_id, replace(new.event, '_', ' '), wrong
            using errcode = 'check_violation', schema = 'ledger', table = 'month_events', constraint = 'months_in_order';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger months_in_order before insert on ledger.month_events for each row execute function ledger.refuse_disorder();

-- An adjustment is booked by an accountant's decision and not because a fact arrived: a manual journal, a catch-up of
-- recognition, a remeasurement. A soft-closed month takes nothing else.
alter table ledger.entries add column adjusting boolean not null default false;

-- +goose StatementBegin
create or replace function ledger.refuse_closed() returns trigger language plpgsql as $$
declare
    bad record;
begin
    perform pg_advisory_xact_lock_shared(ledger.months_lock(b.entity_id))
    from (select distinct entity_id from brought order by entity_id) b;
    select c.* into bad
    from (select b.entity_id,
                 case when b.first < (b.closed + interval '1 month')::date then b.first
                      when b.source < (b.soft + interval '1 month')::date then b.source
                      else b.last end as day,
                 case when b.first < (b.closed + interval '1 month')::date then 'is closed'
                      when b.source < (b.soft + interval '1 month')::date then 'is soft-closed: it takes adjustments only'
                      when b.last >= (b.opened + interval '1 month')::date then 'is not open yet' end as because
          from (select entity_id, min(booked_on) as first, max(booked_on) as last, min(booked_on) filter (where not adjusting) as source,
                       ledger.closed_through(entity_id) as closed, ledger.soft_through(entity_id) as soft, ledger.opened_through(entity_id) as opened
                from brought group by entity_id) b) c
    where c.because is not null limit 1;
    if found then
        raise exception 'month % of entity % %', to_char(bad.day, 'YYYY-MM'), bad.entity_id, bad.because
            using errcode = 'RT001', schema = 'ledger', table = tg_table_name, constraint = 'entries_in_open_month';
    end if;
    -- A close took its watermark while this booking waited for it: the booking takes its place again, after it.
    select b.entity_id into bad from (select entity_id, min(known_order) as place from brought group by entity_id) b
    where b.place <= ledger.known_through(b.entity_id) limit 1;
    if found then
        raise exception 'a month of entity % was closed meanwhile: book again', bad.entity_id using errcode = 'serialization_failure';
    end if;
    return null;
end $$;
-- +goose StatementEnd

-- Postings come with their entry, or not at all: of one that stands in a closed month nobody may complete the half.
-- +goose StatementBegin
create function ledger.refuse_closed_postings() returns trigger language plpgsql as $$
declare
    bad record;
begin
    perform pg_advisory_xact_lock_shared(ledger.months_lock(b.entity_id))
    from (select distinct entity_id from brought order by entity_id) b;
    for bad in
        select b.entity_id, b.booked_on, b.booked_on < (ledger.closed_through(b.entity_id) + interval '1 month')::date as closed
        from (select entity_id, min(booked_on) as booked_on from brought group by entity_id) b
        where b.booked_on < (ledger.soft_through(b.entity_id) + interval '1 month')::date
    loop
        if bad.closed or exists (
            select from brought p join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
            where p.entity_id = bad.entity_id and not e.adjusting
              and p.booked_on < (ledger.soft_through(p.entity_id) + interval '1 month')::date) then
            raise exception 'month % of entity % %', to_char(bad.booked_on, 'YYYY-MM'), bad.entity_id,
                case when bad.closed then 'is closed' else 'is soft-closed: it takes adjustments only' end
                using errcode = 'RT001', schema = 'ledger', table = tg_table_name, constraint = 'entries_in_open_month';
        end if;
    end loop;
    return null;
end $$;
-- +goose StatementEnd
create or replace trigger postings_in_open_month after insert on ledger.postings
    referencing new table as brought for each statement execute function ledger.refuse_closed_postings();

-- The schedule keeps the same order: what was scheduled when a month was closed is what was known then.
-- +goose StatementBegin
create function revrec.refuse_overtaken() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(ledger.months_lock(b.entity_id))
    from (select distinct entity_id from brought order by entity_id) b;
    if exists (select from (select entity_id, min(known_order) as place from brought group by entity_id) b
               where b.place <= ledger.known_through(b.entity_id)) then
        raise exception 'a month was closed meanwhile: schedule again' using errcode = 'serialization_failure';
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger schedule_not_overtaken after insert on revrec.schedule
    referencing new table as brought for each statement execute function revrec.refuse_overtaken();

-- ledger.columns are the columns that a seal covers: all but recorded_at.
-- +goose StatementBegin
create function ledger.sealed_columns() returns jsonb language sql stable as $$
    select jsonb_object_agg(t, to_jsonb(house_columns(('ledger.' || t)::regclass))) from unnest(array['entries', 'postings', 'billed']) t
$$;
-- +goose StatementEnd

-- ledger.digests is SHA-256 of each entry of a month with its postings and billed lines, as JSON texts by line: the
-- entry's columns, then postings and billed lines in order of n. Days and numbers have one spelling in JSON.
-- +goose StatementBegin
create function ledger.digests(entity bigint, month date, columns jsonb)
returns table (account_id bigint, seq bigint, source text, digest bytea) language plpgsql stable set timezone = 'UTC' as $$
declare
    picked jsonb := '{}';
    t text;
begin
    foreach t in array array['entries', 'postings', 'billed'] loop
        picked := picked || jsonb_build_object(t, (select string_agg(format('%I.%I', t, c), ', ' order by i)
            from jsonb_array_elements_text(columns -> t) with ordinality as x (c, i)));
    end loop;
    return query execute format($q$
        select e.account_id, e.seq, e.source, sha256(convert_to(concat_ws(E'\n', e.text, p.text, b.text), 'UTF8'))
        from (select entries.account_id, entries.seq, entries.source, jsonb_build_array(%s)::text as text from ledger.entries
              where entries.entity_id = $1 and entries.booked_on >= $2 and entries.booked_on < ($2 + interval '1 month')::date) e
        left join lateral (select string_agg(jsonb_build_array(%s)::text, E'\n' order by postings.n) as text from ledger.postings
              where postings.account_id = e.account_id and postings.entry_seq = e.seq) p on true
        left join lateral (select string_agg(jsonb_build_array(%s)::text, E'\n' order by billed.n) as text from ledger.billed
              where billed.account_id = e.account_id and billed.entry_seq = e.seq) b on true
        order by e.account_id, e.seq$q$, picked ->> 'entries', picked ->> 'postings', picked ->> 'billed')
    using entity, month;
end $$;
-- +goose StatementEnd

-- 3. Seals, and what was found and said when a month was closed.
create schema closing;

create table closing.seals (
    entity_id    bigint not null,
    month        date not null check (extract(day from month) = 1),
    event_seq    integer not null,      -- of ledger.month_events: the closing
    columns      jsonb not null,        -- of the ledger, that the digests cover
    entries      bigint not null,
    ledger_hash  bytea not null check (length(ledger_hash) = 32),
    inputs_after bigint not null,       -- facts known after this
    inputs_order bigint not null,       -- and up to this
    inputs_hash  bytea not null check (length(inputs_hash) = 32),
    previous     bytea check (length(previous) = 32),  -- the hash of the month before; null for the first
    hash         bytea not null check (length(hash) = 32),
    closed_on    date not null,         -- the business day
    watermark    bigint not null,       -- what was known: the place of the closing
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    primary key (entity_id, month, event_seq)
);
select house_reference('closing.seals');

create table closing.sealed_entries (
    entity_id  bigint not null,
    month      date not null,
    event_seq  integer not null,
    account_id bigint not null,
    seq        bigint not null,
    digest     bytea not null check (length(digest) = 32),
    primary key (entity_id, month, event_seq, account_id, seq)
);
select house_shard('closing.sealed_entries');

create table closing.sealed_inputs (
    entity_id  bigint not null,
    month      date not null,
    event_seq  integer not null,
    table_name text not null,
    columns    text[] not null,
    facts      bigint not null,
    digest     text not null,
    primary key (entity_id, month, event_seq, table_name)
);
select house_reference('closing.sealed_inputs');

-- What each check had found when the month was soft-closed or closed, with the closer's note where it was a warning.
create table closing.findings (
    entity_id   bigint not null,
    month       date not null,
    event_seq   integer not null,
    code        text not null check (code <> ''),
    name        text not null,
    found       integer not null check (found >= 0),
    variance    jsonb not null,  -- amount by currency
    note        text not null,
    recorded_at timestamptz not null default now(),
    primary key (entity_id, month, event_seq, code)
);
select house_reference('closing.findings');

-- By which day after the month's end a check should be settled; the latest word counts. Entity 0 is every entity.
create table closing.due_days (
    entity_id   bigint not null,
    code        text not null check (code <> ''),  -- 'close' is the month itself
    days        integer not null check (days between 0 and 90),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (entity_id, code, known_order)
);
select house_reference('closing.due_days');

select house_append_only('closing.seals');
select house_append_only('closing.sealed_entries');
select house_append_only('closing.sealed_inputs');
select house_append_only('closing.findings');
select house_append_only('closing.due_days');
select house_serve('closing');
