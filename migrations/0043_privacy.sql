-- +goose Up
-- A person's data: found wherever it stands, given out, and taken away on request while books and hashes stay whole.
-- See package privacy.
create schema privacy;

-- What may not be taken away, and which law says so. What a table here holds is reported, never rewritten.
create table privacy.kept (
    table_name text primary key,
    because    text not null check (because <> '')
);
insert into privacy.kept values
    ('invoicing.documents', 'an invoice is kept as it was issued for as long as tax law says (GDPR Art. 17(3)(b); § 147 AO, Art. 247 of Directive 2006/112/EC)'),
    ('exports.batch_files', 'what was given to the general ledger is a record of the books (GDPR Art. 17(3)(b))'),
    ('customers.screenings', 'that a party was screened, and by which names, is kept under sanctions law (31 CFR 501.601: ten years)'),
    ('customers.screening_entries', 'a public list of sanctioned parties, nothing of a customer'),
    ('customers.screening_names', 'a public list of sanctioned parties, nothing of a customer'),
    ('customers.screening_words', 'a public list of sanctioned parties, nothing of a customer');

-- Who is to be forgotten. A request names a person by e-mail address, or a customer who is a natural person. What it names is
-- taken away with the rest: afterwards it says the pseudonym.
create table privacy.requests (
    id          bigint generated always as identity primary key,
    email       text not null default '',   -- of the person, lower case
    customer_id bigint,                     -- a consumer
    usage_value text not null default '',   -- as the person is named in the dimensions of usage events
    names       text[] not null,            -- by which the person is known here
    customers   bigint[] not null,          -- whose contact the person is
    accounts    bigint[] not null,
    reason      text not null check (reason <> ''),
    by_user     bigint not null references access.users (id),
    recorded_at timestamptz not null default now(),
    constraint requests_name_somebody check (email <> '' or customer_id is not null)
);
select house_reference('privacy.requests');

create table privacy.erasures (
    request_id  bigint primary key references privacy.requests (id),
    result      jsonb not null,
    by_user     bigint not null references access.users (id),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('privacy.erasures');
select house_append_only('privacy.erasures');

-- Facts that were rewritten: of each the SHA-256 it had, by which seals know it, and the one it has. Per list of columns
-- that a seal was taken over (house_fingerprint).
create table privacy.erased_facts (
    request_id  bigint not null references privacy.requests (id),
    table_name  text not null,
    columns     text[] not null,
    fact_order  bigint not null,
    had         bytea not null check (length(had) = 32),
    has         bytea not null check (length(has) = 32)
);
create index erased_facts_by_has on privacy.erased_facts (table_name, has);
select house_reference('privacy.erased_facts');
select house_append_only('privacy.erased_facts');

-- 1. History stays as it is, but for privacy.rewrite in the transaction in which it runs. Who serves may update none of
-- these tables, whatever the setting says; the function is the only way.
-- +goose StatementBegin
create or replace function house_refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and current_setting('house.erasing', true) = pg_current_xact_id()::text then
        return null;
    end if;
    raise exception '%.% is append-only: append a correction instead', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              schema = tg_table_schema, table = tg_table_name,
              detail = lower(tg_op) || ' was refused';
end $$;
-- +goose StatementEnd

-- 2. A fact that was rewritten counts in a fingerprint with the hash it had. Otherwise as in 0036.
-- +goose StatementBegin
create or replace function house_lanes(t regclass, columns text[], after_order bigint, through_order bigint)
returns table (place bigint, facts bigint, a numeric, b numeric, c numeric, d numeric) language plpgsql stable set timezone = 'UTC' as $$
declare
    sums text := format('select known_order, sha256(convert_to((select to_jsonb(x) from (select %s) x)::text, ''UTF8'')) as sum
              from %s where known_order > $1 and known_order <= $2',
        (select string_agg(format('%I', n), ', ' order by i) from unnest(columns) with ordinality as o (n, i)), t);
begin
    if exists (select from privacy.erased_facts e where e.table_name = t::text and e.fact_order > after_order and e.fact_order <= through_order) then
        sums := format('select h.known_order, coalesce((select e.had from privacy.erased_facts e
              where e.table_name = $3 and e.columns = $4 and e.has = h.sum and e.fact_order = h.known_order limit 1), h.sum) as sum from (%s) h', sums);
    end if;
    return query execute format($q$
        select s.known_order, count(*),
               sum(('x' || encode(substr(s.sum, 1, 8), 'hex'))::bit(64)::bigint::numeric), sum(('x' || encode(substr(s.sum, 9, 8), 'hex'))::bit(64)::bigint::numeric),
               sum(('x' || encode(substr(s.sum, 17, 8), 'hex'))::bit(64)::bigint::numeric), sum(('x' || encode(substr(s.sum, 25, 8), 'hex'))::bit(64)::bigint::numeric)
        from (%s) s
        group by s.known_order$q$, sums)
    using after_order, through_order, t::text, columns;
end $$;
-- +goose StatementEnd

-- 3. Words. A pattern finds a text as a whole: ann@x.example is not in joann@x.example.
-- +goose StatementBegin
create function privacy.pattern(words text[]) returns text language sql immutable as $$
    select '(?<![[:alnum:]._%+-])(' || string_agg(regexp_replace(w, '([.*+?^${}()|\[\]\\-])', '\\\1', 'g'), '|' order by length(w) desc) || ')(?![[:alnum:]-]|[.][[:alnum:]])'
    from unnest(words) w where w <> ''
$$;
-- +goose StatementEnd

-- pseudonym is the address of nobody that stands for a person afterwards.
create function privacy.pseudonym(request bigint) returns text language sql immutable as $$ select 'erased-' || request || '@erased.invalid' $$;

-- blank takes a person's addresses and names out of a text.
-- +goose StatementBegin
create function privacy.blank(said text, addresses text, names text, request bigint) returns text language sql immutable as $$
    select case when names is null then a.said else regexp_replace(a.said, names, 'Erased person ' || request, 'gi') end
    from (select case when addresses is null then said else regexp_replace(said, addresses, privacy.pseudonym(request), 'gi') end as said) a
$$;
-- +goose StatementEnd

-- of_columns leaves what a fingerprint looks at of a row.
create function privacy.of_columns(fact jsonb, columns text[]) returns bytea language sql immutable as $$
    select sha256(convert_to(jsonb_object_agg(f.key, f.value)::text, 'UTF8')) from jsonb_each(fact) f where f.key = any (columns)
$$;

-- 4. rewrite changes the rows of a table that a condition finds. Both are SQL over the row x; the patch is an object of
-- columns. Of facts it keeps the hash they had.
-- +goose StatementBegin
create function privacy.rewrite(request bigint, t regclass, condition text, patch text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public set timezone = 'UTC' as $$
declare
    fields text;
    rows   bigint;
    seen   text[];
begin
    perform set_config('house.erasing', pg_current_xact_id()::text, true);
    drop table if exists pg_temp.erasing;
    execute format('create temp table erasing on commit drop as select x.tableoid as part, x.ctid as at, to_jsonb(x) as was, %s as patch from %s x where %s', patch, t, condition);
    get diagnostics rows = row_count;
    select string_agg(format('%I', k), ', ') into fields from (select distinct jsonb_object_keys(e.patch) as k from pg_temp.erasing e) keys;
    if rows > 0 then
        if t in (select f from house_fact_tables() f) then
            for seen in select s.columns from closing.sealed_inputs s where s.table_name = t::text union select house_columns(t) loop
                insert into privacy.erased_facts (request_id, table_name, columns, fact_order, had, has)
                select request, t::text, seen, (e.was ->> 'known_order')::bigint, privacy.of_columns(e.was, seen), privacy.of_columns(e.was || e.patch, seen)
                from pg_temp.erasing e;
            end loop;
        end if;
        execute format('update %s x set (%s) = (select %s from jsonb_populate_record(null::%s, e.was || e.patch) r) from pg_temp.erasing e where x.tableoid = e.part and x.ctid = e.at',
            t, fields, (select string_agg('r.' || f, ', ') from unnest(string_to_array(fields, ', ')) f), t);
    end if;
    drop table pg_temp.erasing;
    perform set_config('house.erasing', '', true);
    return rows;
end $$;
-- +goose StatementEnd
revoke execute on function privacy.rewrite(bigint, regclass, text, text) from public;

-- 5. places are the columns that can hold words, of every table of every part: a part that comes later is searched too.
-- Usage events are too many to read for a name: they are looked up by the value that the request gives.
-- +goose StatementBegin
create function privacy.places(out t regclass, out columns text[], out plain text[]) returns setof record language sql stable as $$
    select c.oid::regclass,
           array_agg(a.attname::text order by a.attnum),
           array_agg(a.attname::text order by a.attnum) filter (where a.atttypid = 'text'::regtype)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public') and c.relkind in ('r', 'p') and not c.relispartition
      and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
      and not (n.nspname = 'usage' and a.attname in ('dimensions', 'source', 'event_id', 'customer', 'meter'))
    group by c.oid
    order by c.oid::regclass::text collate "C"
$$;
-- +goose StatementEnd

-- condition finds the rows that name a person: by an address anywhere, by name where a row says that it is about one of
-- the customers whose contact the person is.
-- +goose StatementBegin
create function privacy.condition(t regclass, columns text[], r privacy.requests) returns text language plpgsql stable as $$
declare
    addresses text := privacy.pattern(privacy.addresses(r));
    names     text := privacy.pattern(r.names);
    said      text := (select string_agg(format('coalesce(x.%I::text, '''')', k), ' || '' '' || ') from unnest(columns) k);
    theirs    text := (select string_agg(format('x.%I = any (%L::bigint[])', k.attname, k.ids), ' or ') from (
        select a.attname, case a.attname when 'account_id' then r.accounts else r.customers end as ids
        from pg_attribute a where a.attrelid = t and a.attname in ('account_id', 'customer_id') and not a.attisdropped) k);
    out_      text := 'false';
begin
    if addresses is not null then
        out_ := out_ || format(' or (%s) ~* %L', said, addresses);
    end if;
    if names is not null and theirs is not null then
        out_ := out_ || format(' or ((%s) and (%s) ~* %L)', theirs, said, names);
    end if;
    return out_;
end $$;
-- +goose StatementEnd

-- addresses of a person are the one that the request names; of a consumer those of all contacts.
-- +goose StatementBegin
create function privacy.addresses(r privacy.requests) returns text[] language sql stable as $$
    select array_remove(array_append(coalesce((select array_agg(distinct c.email_key) from customers.contacts c where c.customer_id = r.customer_id), '{}'), r.email), '')
$$;
-- +goose StatementEnd

-- sweep looks a person up everywhere. It says per table how many rows there are, which columns, and why rows are kept. With
-- act it takes the person out of them; with rows it gives them, secrets left out.
-- +goose StatementBegin
create function privacy.sweep(r privacy.requests, act boolean, give boolean) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    place     record;
    finds     text;
    because   text;
    addresses text := privacy.pattern(privacy.addresses(r));
    names     text := privacy.pattern(r.names);
    rows      bigint;
    given     jsonb;
    result    jsonb := '[]';
begin
    for place in select * from privacy.places() loop
        continue when place.t = 'privacy.requests'::regclass or place.t = 'privacy.erased_facts'::regclass;
        finds := privacy.condition(place.t, place.columns, r);
        continue when finds = 'false';
        given := null;
        because := (select k.because from privacy.kept k where k.table_name = place.t::text);
        if act and because is null then
            rows := privacy.rewrite(r.id, place.t, finds, (
                select 'jsonb_build_object(' || string_agg(format(
                    case when k = any (place.plain) then '%L, privacy.blank(x.%I, %L, %L, %s)' else '%L, privacy.blank(to_jsonb(x.%I)::text, %L, %L, %s)::jsonb' end,
                    k, k, addresses, names, r.id), ', ') || ')'
                from unnest(place.columns) k));
        elsif give then
            execute format($q$select count(*), jsonb_agg(to_jsonb(x) - '{password_hash,secret_hash,token_hash,secret,secrets,content}'::text[]) filter (where n <= 1000)
                from (select row_number() over () as n, x as x from %s x where %s) y (n, x)$q$, place.t, finds) into rows, given;
        else
            execute format('select count(*) from %s x where %s', place.t, finds) into rows;
        end if;
        if rows > 0 then
            result := result || jsonb_strip_nulls(jsonb_build_object('table', place.t::text, 'rows', rows, 'kept', because, 'data', given));
        end if;
    end loop;
    return result;
end $$;
-- +goose StatementEnd
revoke execute on function privacy.sweep(privacy.requests, boolean, boolean) from public;

-- 6. What the serving role may call.
-- +goose StatementBegin
create function privacy.held(request bigint, give boolean) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    r privacy.requests;
begin
    select * into strict r from privacy.requests where id = request;
    return privacy.sweep(r, false, give);
end $$;
-- +goose StatementEnd

-- erase does what a second person approved, once, and says what it did.
-- +goose StatementBegin
create function privacy.erase(request bigint, actor bigint) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    r      privacy.requests;
    result jsonb;
    rows   bigint;
begin
    select * into strict r from privacy.requests where id = request for update;
    if exists (select from privacy.erasures e where e.request_id = request) then
        raise exception 'request % was carried out already', request using errcode = 'unique_violation', constraint = 'erasures_pkey';
    end if;
    if (select a.fact from access.approvals a where a.subject_kind = 'erasure' and a.subject_key = request::text order by a.seq desc limit 1) is distinct from 'approved' then
        raise exception 'request % is not approved', request using errcode = 'insufficient_privilege';
    end if;
    if r.customer_id is not null then
        result := privacy.erase_consumer(r);
    else
        result := '[]';
    end if;
    result := result || privacy.erase_usage(r);
    update access.users u set password_hash = null, epoch = u.epoch + 1, disabled_at = coalesce(u.disabled_at, now()) where u.email = any (privacy.addresses(r));
    delete from access.sessions s using access.users u where s.user_id = u.id and u.email = any (privacy.addresses(r));
    update access.tokens k set revoked_at = coalesce(k.revoked_at, now()) from access.users u where k.user_id = u.id and u.email = any (privacy.addresses(r));
    result := result || privacy.sweep(r, true, false);
    rows := privacy.rewrite(request, 'access.audit', format('x.actor_email = %L and x.ip <> ''''', privacy.pseudonym(request)), 'jsonb_build_object(''ip'', '''')');
    update privacy.requests q set email = case when q.email = '' then '' else privacy.pseudonym(request) end, names = '{}', usage_value = '',
        reason = privacy.blank(q.reason, privacy.pattern(array[r.email]), privacy.pattern(r.names), request) where q.id = request;
    insert into privacy.erasures (request_id, result, by_user) values (request, result, actor);
    return result;
end $$;
-- +goose StatementEnd

-- erase_consumer takes what is only a person's when the customer is one: names, street, tax number, what search finds. Town,
-- region and country stay: tax was owed there.
-- +goose StatementBegin
create function privacy.erase_consumer(r privacy.requests) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    whose  text := format('x.customer_id = %s', r.customer_id);
    part   record;
    rows   bigint;
    result jsonb := '[]';
begin
    for part in values
        ('customers.profiles', format('jsonb_build_object(''name'', %1$L, ''legal_name'', %1$L)', 'Erased person ' || r.id)),
        ('customers.addresses', 'jsonb_build_object(''lines'', ''["erased"]''::jsonb)'),
        ('customers.tax_ids', format('jsonb_build_object(''value'', %L)', 'erased-' || r.id)),
        ('customers.search_terms', format('jsonb_build_object(''term'', %L || x.known_order)', 'erased-' || r.id || '-'))
    loop
        rows := privacy.rewrite(r.id, part.column1::regclass, whose, part.column2);
        if rows > 0 then
            result := result || jsonb_build_object('table', part.column1, 'rows', rows);
        end if;
    end loop;
    return result;
end $$;
-- +goose StatementEnd

-- erase_usage replaces the value by which usage names the person, in the accounts that are theirs, by one of its own: what
-- was counted, and how many different people, stays.
-- +goose StatementBegin
create function privacy.erase_usage(r privacy.requests) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
    part   record;
    rows   bigint;
    result jsonb := '[]';
begin
    if r.usage_value = '' then
        return result;
    end if;
    for part in
        select c.oid::regclass as t, exists (select from pg_attribute b where b.attrelid = c.oid and b.attname = 'account_id') as of_account
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        where n.nspname = 'usage' and c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'dimensions' and not a.attisdropped
        order by 1
    loop
        rows := privacy.rewrite(r.id, part.t,
            format('exists (select from jsonb_each_text(x.dimensions) d where d.value = %L)', r.usage_value)
                || case when part.of_account then format(' and x.account_id = any (%L::bigint[])', r.accounts) else '' end,
            format('jsonb_build_object(''dimensions'', (select jsonb_object_agg(d.key, case when d.value = %L then %L else d.value end) from jsonb_each_text(x.dimensions) d))',
                r.usage_value, 'erased-' || r.id));
        if rows > 0 then
            result := result || jsonb_build_object('table', part.t::text, 'rows', rows);
        end if;
    end loop;
    return result;
end $$;
-- +goose StatementEnd
revoke execute on function privacy.erase_consumer(privacy.requests), privacy.erase_usage(privacy.requests) from public;
revoke execute on function privacy.held(bigint, boolean), privacy.erase(bigint, bigint) from public;
grant execute on function privacy.held(bigint, boolean), privacy.erase(bigint, bigint) to ratable_app;

select house_serve('privacy');
revoke update on privacy.requests, privacy.kept from ratable_app;
revoke insert on privacy.erasures, privacy.erased_facts, privacy.kept from ratable_app;
