CREATE SCHEMA access;

CREATE SCHEMA api;

CREATE SCHEMA catalog;

CREATE SCHEMA closing;

CREATE SCHEMA contracts;

CREATE SCHEMA cost;

CREATE SCHEMA customers;

CREATE SCHEMA entities;

CREATE SCHEMA entitlements;

CREATE SCHEMA evidence;

CREATE SCHEMA exports;

CREATE SCHEMA invoicing;

CREATE SCHEMA jobs;

CREATE SCHEMA journals;

CREATE SCHEMA ledger;

CREATE SCHEMA mail;

CREATE SCHEMA onboarding;

CREATE SCHEMA opening;

CREATE SCHEMA partners;

CREATE SCHEMA payments;

CREATE SCHEMA privacy;

CREATE SCHEMA reconcile;

CREATE SCHEMA revrec;

CREATE SCHEMA spend;

CREATE SCHEMA subledger;

CREATE SCHEMA tax;

CREATE SCHEMA usage;

CREATE SCHEMA webhook;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE FUNCTION access.doors_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    notify access_doors;
    return null;
end $$;

CREATE FUNCTION access.roles_conflict(roles text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select (roles @> array['admin'] and roles && array['sales', 'finance', 'accountant'])
        or (roles @> array['sales'] and roles && array['finance', 'accountant'])
        or (roles @> array['auditor'] and cardinality(roles) > 1)
        or (roles @> array['customer'] and cardinality(roles) > 1)
$$;

CREATE FUNCTION entities.refuse_turning_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' and (new.entity_id, new.kind, new.year) = (old.entity_id, old.kind, old.year) and new.last > old.last then
        return new;
    end if;
    raise exception 'entities.number_counters: a document number that was taken stays taken'
        using errcode = 'insufficient_privilege';
end
$$;

CREATE FUNCTION entitlements.everybody() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    notify entitlements, '*';
    return null;
end $$;

CREATE FUNCTION entitlements.merged() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('entitlements', string_agg(distinct c.account_id::text, ' '))
    from customers.customers c
    where c.id in (select duplicate_id from changed
                   union select into_id from changed
                   union select m.into_id from customers.merges m join changed using (duplicate_id));
    return null;
end $$;

CREATE FUNCTION entitlements.touched() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('entitlements', accounts)
    from (select string_agg(account_id::text, ' ') as accounts
          from (select account_id, (row_number() over (order by account_id) - 1) / 400 as part
                from (select distinct account_id from changed) as distinct_accounts) as parts
          group by part) as messages;
    return null;
end $$;

CREATE FUNCTION ledger.closed_through(entity bigint) RETURNS date
    LANGUAGE sql STABLE
    AS $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity and e.event in ('soft_closed', 'lifted', 'closed', 'reopened') order by e.month, e.seq desc) m
    where m.event = 'closed'
$$;

CREATE FUNCTION ledger.digests(entity bigint, month date, columns jsonb) RETURNS TABLE(account_id bigint, seq bigint, source text, digest bytea)
    LANGUAGE plpgsql STABLE
    SET "TimeZone" TO 'UTC'
    AS $_$
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
end $_$;

CREATE FUNCTION ledger.known_through(entity bigint) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    select coalesce(max(e.known_order), 0) from ledger.month_events e where e.entity_id = entity and e.event = 'closed'
$$;

CREATE FUNCTION ledger.months_lock(entity bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$
    select hashtextextended('ledger.months', entity)
$$;

CREATE FUNCTION ledger.opened_through(entity bigint) RETURNS date
    LANGUAGE sql STABLE
    AS $$
    select max(e.month) from ledger.month_events e where e.entity_id = entity and e.event = 'opened'
$$;

CREATE FUNCTION ledger.refuse_closed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION ledger.refuse_closed_postings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION ledger.refuse_disagreeing() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.n, e.seq is null as orphan into bad
    from (select account_id, entry_seq, entity_id, booked_on, currency, book, min(n) as n
          from brought group by account_id, entry_seq, entity_id, booked_on, currency, book) p
    left join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
    where (e.entity_id, e.booked_on, e.currency, e.book) is distinct from (p.entity_id, p.booked_on, p.currency, p.book) limit 1;
    if not found then
        return null;
    end if;
    if bad.orphan then
        raise exception 'posting % is of entry % of account %, which is not there', bad.n, bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'ledger', table = 'postings', constraint = 'postings_account_id_entry_seq_fkey';
    end if;
    raise exception 'posting % of entry % of account % has another entity, day, currency or book than its entry',
        bad.n, bad.entry_seq, bad.account_id
        using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_agree';
end $$;

CREATE FUNCTION ledger.refuse_disorder() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION ledger.refuse_orphans() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    bad record;
begin
    select b.account_id, b.entry_seq into bad
    from (select distinct account_id, entry_seq from brought) b
    left join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
    where e.seq is null limit 1;
    if found then
        raise exception 'what is billed is of entry % of account %, which is not there', bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'ledger', table = tg_table_name, constraint = 'billed_account_id_entry_seq_fkey';
    end if;
    return null;
end $$;

CREATE FUNCTION ledger.refuse_unbalanced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.currency, sum(p.amount) as difference, sum(p.functional) as functional into bad
    from brought p group by p.account_id, p.entry_seq, p.currency having sum(p.amount) <> 0 or sum(p.functional) <> 0 limit 1;
    if found then
        if bad.difference = 0 then
            raise exception 'entry % of account % does not balance: debits and credits in the currency of its entity differ by % minor units',
                bad.entry_seq, bad.account_id, bad.functional
                using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_balance_functional';
        end if;
        raise exception 'entry % of account % does not balance: debits and credits in % differ by % minor units',
            bad.entry_seq, bad.account_id, bad.currency, bad.difference
            using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_balance';
    end if;
    select p.account_id, p.entry_seq into bad
    from brought p group by p.account_id, p.entry_seq having min(p.n) <> 1 limit 1;
    if found then
        raise exception 'entry % of account % is booked already: nothing is added to it', bad.entry_seq, bad.account_id
            using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_come_together';
    end if;
    return null;
end $$;

CREATE FUNCTION ledger.refuse_unknown_accounts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    select p.ledger_account into bad
    from (select distinct ledger_account from brought) p
    where not exists (select from ledger.accounts a where a.id = p.ledger_account) limit 1;
    if found then
        raise exception 'account % is not in the chart', bad.ledger_account
            using errcode = 'foreign_key_violation', schema = 'ledger', table = 'postings', constraint = 'postings_ledger_account_fkey';
    end if;
    return null;
end $$;

CREATE FUNCTION ledger.sealed_columns() RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    select jsonb_object_agg(t, to_jsonb(house_columns(('ledger.' || t)::regclass))) from unnest(array['entries', 'postings', 'billed']) t
$$;

CREATE FUNCTION ledger.soft_through(entity bigint) RETURNS date
    LANGUAGE sql STABLE
    AS $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity and e.event in ('soft_closed', 'lifted', 'closed', 'reopened') order by e.month, e.seq desc) m
    where m.event in ('soft_closed', 'closed')
$$;

CREATE FUNCTION payments.refuse_overapplied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    select r.id, r.amount, sum(a.amount) as applied into bad
    from (select distinct account_id, receipt_id from brought) b
    join payments.receipts r on r.account_id = b.account_id and r.id = b.receipt_id
    join payments.applications a on a.account_id = b.account_id and a.receipt_id = b.receipt_id
    group by r.account_id, r.id, r.amount having sum(a.amount) > r.amount limit 1;
    if found then
        raise exception 'receipt % holds %, and % would be applied', bad.id, bad.amount, bad.applied
            using errcode = 'check_violation', schema = 'payments', table = 'applications', constraint = 'applications_within_receipt';
    end if;
    select a.receipt_id, a.document into bad
    from (select distinct account_id, receipt_id, document from brought) b
    join payments.applications a on a.account_id = b.account_id and a.receipt_id = b.receipt_id and a.document = b.document
    group by a.account_id, a.receipt_id, a.document having sum(a.amount) < 0 limit 1;
    if found then
        raise exception 'more of receipt % would be taken back from % than was applied', bad.receipt_id, bad.document
            using errcode = 'check_violation', schema = 'payments', table = 'applications', constraint = 'applications_taken_back_once';
    end if;
    return null;
end $$;

CREATE TABLE privacy.requests (
    id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    customer_id bigint,
    usage_value text DEFAULT ''::text NOT NULL,
    names text[] NOT NULL,
    customers bigint[] NOT NULL,
    accounts bigint[] NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT requests_name_somebody CHECK (((email <> ''::text) OR (customer_id IS NOT NULL))),
    CONSTRAINT requests_reason_check CHECK ((reason <> ''::text))
);

CREATE FUNCTION privacy.addresses(r privacy.requests) RETURNS text[]
    LANGUAGE sql STABLE
    AS $$
    select array_remove(array_append(coalesce((select array_agg(distinct c.email_key) from customers.contacts c where c.customer_id = r.customer_id), '{}'), r.email), '')
$$;

CREATE FUNCTION privacy.blank(said text, addresses text, names text, request bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    select case when names is null then a.said else regexp_replace(a.said, names, 'Erased person ' || request, 'gi') end
    from (select case when addresses is null then said else regexp_replace(said, addresses, privacy.pseudonym(request), 'gi') end as said) a
$$;

CREATE FUNCTION privacy.condition(t regclass, columns text[], r privacy.requests) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION privacy.erase(request bigint, actor bigint) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
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

CREATE FUNCTION privacy.erase_consumer(r privacy.requests) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $_$
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
end $_$;

CREATE FUNCTION privacy.erase_usage(r privacy.requests) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
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
    rows := privacy.rewrite(r.id, 'usage.backfills', format('length(x.body) > 0 and x.account_id = any (%L::bigint[])', r.accounts), 'jsonb_build_object(''body'', ''\x'')');
    if rows > 0 then
        result := result || jsonb_build_object('table', 'usage.backfills', 'rows', rows);
    end if;
    return result;
end $$;

CREATE FUNCTION privacy.held(request bigint, give boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $$
declare
    r privacy.requests;
begin
    select * into strict r from privacy.requests where id = request;
    return privacy.sweep(r, false, give);
end $$;

CREATE FUNCTION privacy.of_columns(fact jsonb, columns text[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
    select sha256(convert_to(jsonb_object_agg(f.key, f.value)::text, 'UTF8')) from jsonb_each(fact) f where f.key = any (columns)
$$;

CREATE FUNCTION privacy.pattern(words text[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $_$
    select '(?<![[:alnum:]._%+-])(' || string_agg(regexp_replace(w, '([.*+?^${}()|\[\]\\-])', '\\\1', 'g'), '|' order by length(w) desc) || ')(?![[:alnum:]-]|[.][[:alnum:]])'
    from unnest(words) w where w <> ''
$_$;

CREATE FUNCTION privacy.places(OUT t regclass, OUT columns text[], OUT plain text[]) RETURNS SETOF record
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION privacy.pseudonym(request bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ select 'erased-' || request || '@erased.invalid' $$;

CREATE FUNCTION privacy.rewrite(request bigint, t regclass, condition text, patch text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    SET "TimeZone" TO 'UTC'
    AS $$
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

CREATE FUNCTION privacy.sweep(r privacy.requests, act boolean, give boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public'
    AS $_$
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
end $_$;

CREATE FUNCTION public.house_append_only(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('create or replace trigger house_append_only before update or delete or truncate on %s '
                   'for each statement execute function house_refuse_change()', t);
    execute format('revoke update, delete, truncate on %s from ratable_app', t);
    if t in (select f from house_fact_tables() f) then
        perform house_keep_order(t);
    end if;
end $$;

CREATE FUNCTION public.house_columns(t regclass) RETURNS text[]
    LANGUAGE sql STABLE
    AS $$
    select array_agg(a.attname::text order by a.attnum) from pg_attribute a
    where a.attrelid = t and a.attnum > 0 and not a.attisdropped and a.attname <> 'recorded_at'
$$;

CREATE FUNCTION public.house_fact_tables() RETURNS SETOF regclass
    LANGUAGE sql STABLE
    AS $$
    select c.oid::regclass from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    where a.attname = 'known_order' and not a.attisdropped
    order by c.oid::regclass::text
$$;

CREATE FUNCTION public.house_final_order() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    place bigint;
begin
    perform pg_advisory_lock(house_order_lock());
    place := nextval('known_order');
    perform pg_advisory_unlock(house_order_lock());
    return place;
end $$;

CREATE FUNCTION public.house_fingerprint(t regclass, columns text[], after_order bigint, through_order bigint, OUT facts bigint, OUT digest text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
    anything boolean;
begin
    execute format('select exists (select from %s where known_order > $1 and known_order <= $2)', t) into anything using after_order, through_order;
    if anything or exists (select from house_retired_facts r
                           where r.table_name = t::text and r.columns = house_fingerprint.columns and r.place > after_order and r.place <= through_order) then
        select coalesce(sum(h.facts), 0)::bigint,
               encode(sha256(convert_to(format('%s/%s/%s/%s/%s', coalesce(sum(h.facts), 0), sum(h.a), sum(h.b), sum(h.c), sum(h.d)), 'UTF8')), 'hex')
        into facts, digest
        from (select l.facts, l.a, l.b, l.c, l.d from house_lanes(t, columns, after_order, through_order) l
              union all
              select r.facts, r.a, r.b, r.c, r.d from house_retired_facts r
              where r.table_name = t::text and r.columns = house_fingerprint.columns and r.place > after_order and r.place <= through_order) h;
    else
        facts := 0;
        digest := encode(sha256(convert_to('0////', 'UTF8')), 'hex');
    end if;
end $_$;

CREATE FUNCTION public.house_hold_place() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(house_order_lock());
    return null;
end $$;

CREATE FUNCTION public.house_is_append_only(t regclass) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select exists (select from pg_trigger g where g.tgrelid = t and g.tgname = 'house_append_only')
$$;

CREATE FUNCTION public.house_keep_order(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('create or replace trigger house_hold_place before insert on %s '
                   'for each statement execute function house_hold_place()', t);
end $$;

CREATE FUNCTION public.house_lanes(t regclass, columns text[], after_order bigint, through_order bigint) RETURNS TABLE(place bigint, facts bigint, a numeric, b numeric, c numeric, d numeric)
    LANGUAGE plpgsql STABLE
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
    sums text := format('select known_order, sha256(convert_to((select to_jsonb(x) from (select %s) x)::text, ''UTF8'')) as sum
              from %s where known_order > $1 and known_order <= $2 offset 0',
        (select string_agg(format('%I', n), ', ' order by i) from unnest(columns) with ordinality as o (n, i)), t);
begin
    if exists (select from privacy.erased_facts e where e.table_name = t::text and e.fact_order > after_order and e.fact_order <= through_order) then
        sums := format('select h.known_order, coalesce((select e.had from privacy.erased_facts e
              where e.table_name = $3 and e.columns = $4 and e.has = h.sum and e.fact_order = h.known_order limit 1), h.sum) as sum from (%s) h offset 0', sums);
    end if;
    return query execute format($q$
        select s.known_order, count(*),
               sum(('x' || encode(substr(s.sum, 1, 8), 'hex'))::bit(64)::bigint), sum(('x' || encode(substr(s.sum, 9, 8), 'hex'))::bit(64)::bigint),
               sum(('x' || encode(substr(s.sum, 17, 8), 'hex'))::bit(64)::bigint), sum(('x' || encode(substr(s.sum, 25, 8), 'hex'))::bit(64)::bigint)
        from (%s) s
        group by s.known_order$q$, sums)
    using after_order, through_order, t::text, columns;
end $_$;

CREATE FUNCTION public.house_order_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ select hashtextextended('known_order', 0) $$;

CREATE FUNCTION public.house_reference(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from pg_extension where extname = 'citus') then
        perform create_reference_table(t);
    end if;
end $$;

CREATE FUNCTION public.house_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' and current_setting('house.erasing', true) = pg_current_xact_id()::text then
        return null;
    end if;
    raise exception '%.% is append-only: append a correction instead', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              schema = tg_table_schema, table = tg_table_name,
              detail = lower(tg_op) || ' was refused';
end $$;

CREATE FUNCTION public.house_sealed_tables() RETURNS SETOF regclass
    LANGUAGE sql STABLE
    AS $$
    select t from house_fact_tables() t
    where house_is_append_only(t) and t not in ('usage.events'::regclass, 'usage.held_events'::regclass)
$$;

CREATE FUNCTION public.house_serve(schema_name text) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.house_serve_delete(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if house_is_append_only(t) then
        raise exception '% is append-only: nothing may delete from it', t;
    end if;
    execute format('grant delete on %s to ratable_app', t);
end $$;

CREATE FUNCTION public.house_serve_table(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('grant select, insert, update on %s to ratable_app', t);
    if house_is_append_only(t) then
        execute format('revoke update, delete, truncate on %s from ratable_app', t);
    end if;
end $$;

CREATE FUNCTION public.house_shard(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from pg_extension where extname = 'citus') then
        perform create_distributed_table(t, 'account_id');
    end if;
end $$;

CREATE FUNCTION revrec.refuse_orphans() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    bad record;
begin
    select s.account_id, s.contract_id into bad
    from (select distinct account_id, contract_id from brought) s
    left join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
    where c.id is null limit 1;
    if found then
        raise exception 'a schedule is of contract % of account %, which is not there', bad.contract_id, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'schedule', constraint = 'schedule_account_id_contract_id_fkey';
    end if;
    return null;
end $$;

CREATE FUNCTION revrec.refuse_overtaken() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(ledger.months_lock(b.entity_id))
    from (select distinct entity_id from brought order by entity_id) b;
    if exists (select from (select entity_id, min(known_order) as place from brought group by entity_id) b
               where b.place <= ledger.known_through(b.entity_id)) then
        raise exception 'a month was closed meanwhile: schedule again' using errcode = 'serialization_failure';
    end if;
    return null;
end $$;

CREATE FUNCTION revrec.refuse_unscheduled() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    bad record;
begin
    select r.account_id, r.schedule_id, r.late, s.id is null as orphan into bad
    from brought r
    left join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
    where s.id is null or r.late <> (r.month <> s.month) limit 1;
    if found and bad.orphan then
        raise exception 'row % of the schedule of account % is not there to be recognized', bad.schedule_id, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_account_id_schedule_id_fkey';
    end if;
    if found then
        raise exception 'the recognition of row % of account % says late is %, which it is not', bad.schedule_id, bad.account_id, bad.late
            using errcode = 'check_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_say_late';
    end if;
    select r.account_id, r.entry_seq into bad
    from (select distinct account_id, entry_seq from brought where entry_seq is not null) r
    left join ledger.entries e on e.account_id = r.account_id and e.seq = r.entry_seq
    where e.seq is null limit 1;
    if found then
        raise exception 'entry % of account % is not there to recognize anything', bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_account_id_entry_seq_fkey';
    end if;
    return null;
end $$;

CREATE FUNCTION tax.refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' and old.ends_on is null and to_jsonb(new) - 'ends_on' = to_jsonb(old) - 'ends_on' then
        return new;
    end if;
    raise exception 'tax.%: a dated row may be ended once, never changed or removed', tg_table_name
        using errcode = 'restrict_violation', schema = tg_table_schema, table = tg_table_name;
end
$$;

CREATE FUNCTION usage.month_table(month date) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog'
    AS $$
    select 'events_' || to_char(month, 'YYYY_MM')
$$;

CREATE FUNCTION usage.open_month(month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
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

CREATE FUNCTION usage.retire_month(month date, part integer, file text, sha256 bytea, events bigint, through_order bigint, meters bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '2s'
    AS $_$
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
end $_$;

CREATE SEQUENCE public.known_order
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE access.approvals (
    subject_kind text NOT NULL,
    subject_key text NOT NULL,
    seq integer NOT NULL,
    account_id bigint,
    fact text NOT NULL,
    requested_by bigint NOT NULL,
    prepared_by bigint[] NOT NULL,
    decide_roles text[] NOT NULL,
    decided_by bigint,
    reason text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    follows integer GENERATED ALWAYS AS (NULLIF((seq - 1), 0)) STORED,
    answers integer GENERATED ALWAYS AS (
CASE
    WHEN (fact <> 'requested'::text) THEN (seq - 1)
    ELSE NULL::integer
END) STORED,
    CONSTRAINT approvals_alternate CHECK ((((seq % 2) = 1) = (fact = 'requested'::text))),
    CONSTRAINT approvals_decide_roles_check CHECK ((cardinality(decide_roles) > 0)),
    CONSTRAINT approvals_decided_by_somebody CHECK (((fact = 'requested'::text) = (decided_by IS NULL))),
    CONSTRAINT approvals_fact_check CHECK ((fact = ANY (ARRAY['requested'::text, 'approved'::text, 'rejected'::text]))),
    CONSTRAINT approvals_four_eyes CHECK (((decided_by IS NULL) OR ((decided_by > 0) AND (decided_by <> requested_by) AND (decided_by <> ALL (prepared_by))))),
    CONSTRAINT approvals_seq_check CHECK ((seq > 0)),
    CONSTRAINT approvals_subject_key_check CHECK ((subject_key <> ''::text)),
    CONSTRAINT approvals_subject_kind_check CHECK ((subject_kind <> ''::text))
);

CREATE TABLE access.attempts (
    id bigint NOT NULL,
    account_key bytea NOT NULL,
    ip text NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome text DEFAULT 'pending'::text NOT NULL,
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['pending'::text, 'failed'::text, 'passed'::text, 'throttled'::text])))
);

ALTER TABLE access.attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access.attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE access.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id bigint NOT NULL,
    actor_name text NOT NULL,
    actor_email text NOT NULL,
    actor_roles text[] NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_key text NOT NULL,
    account_id bigint,
    before jsonb,
    after jsonb,
    reason text NOT NULL,
    request_id text NOT NULL,
    ip text NOT NULL,
    CONSTRAINT audit_action_check CHECK ((action <> ''::text))
);

ALTER TABLE access.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE access.sessions (
    token_hash bytea NOT NULL,
    user_id bigint,
    epoch integer,
    data bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT sessions_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE access.tokens (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    hint text NOT NULL,
    scopes text[] NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT tokens_name_check CHECK ((name <> ''::text)),
    CONSTRAINT tokens_scopes_check CHECK ((cardinality(scopes) > 0)),
    CONSTRAINT tokens_secret_hash_check CHECK ((length(secret_hash) = 32))
);

ALTER TABLE access.tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access.tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE access.users (
    id bigint NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    roles text[] DEFAULT '{}'::text[] NOT NULL,
    customer_id bigint,
    epoch integer DEFAULT 1 NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_customer_has_customer CHECK (((customer_id IS NOT NULL) = ('customer'::text = ANY (roles)))),
    CONSTRAINT users_email_check CHECK (((email = lower(email)) AND (email !~ '\s'::text))),
    CONSTRAINT users_known_roles CHECK ((roles <@ ARRAY['sales'::text, 'finance'::text, 'accountant'::text, 'support'::text, 'product'::text, 'admin'::text, 'auditor'::text, 'customer'::text])),
    CONSTRAINT users_name_check CHECK ((name <> ''::text)),
    CONSTRAINT users_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
    CONSTRAINT users_roles_do_not_conflict CHECK ((NOT access.roles_conflict(roles)))
);

ALTER TABLE access.users ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME access.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE api.answers (
    user_id bigint NOT NULL,
    key text NOT NULL,
    request bytea NOT NULL,
    status smallint NOT NULL,
    kind text NOT NULL,
    location text NOT NULL,
    body text NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    CONSTRAINT answers_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
    CONSTRAINT answers_request_check CHECK ((length(request) = 32)),
    CONSTRAINT answers_status_check CHECK (((status >= 200) AND (status <= 299)))
);

CREATE TABLE catalog.decisions (
    proposal_id bigint NOT NULL,
    seq smallint NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT decisions_come_in_their_order CHECK ((((event = 'submitted'::text) = (seq = 1)) AND (seq <= 2))),
    CONSTRAINT decisions_event_check CHECK ((event = ANY (ARRAY['submitted'::text, 'approved'::text, 'rejected'::text]))),
    CONSTRAINT decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT decisions_seq_check CHECK ((seq >= 1)),
    CONSTRAINT decisions_take_a_second_person CHECK (((event <> 'approved'::text) OR (by_user <> prepared_by)))
);

CREATE TABLE catalog.meters (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    aggregation text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    unique_by text DEFAULT ''::text NOT NULL,
    dimensions text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT meters_aggregation_check CHECK ((aggregation = ANY (ARRAY['sum'::text, 'count'::text, 'max'::text, 'last'::text, 'unique'::text]))),
    CONSTRAINT meters_code_check CHECK ((code <> ''::text)),
    CONSTRAINT meters_dimensions_check CHECK ((cardinality(dimensions) <= 5)),
    CONSTRAINT meters_name_check CHECK ((name <> ''::text)),
    CONSTRAINT meters_unique_by_a_dimension CHECK (((aggregation = 'unique'::text) = (unique_by <> ''::text)))
);

ALTER TABLE catalog.meters ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME catalog.meters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.plan_versions (
    code text NOT NULL,
    version integer NOT NULL,
    starts_on date NOT NULL,
    name text NOT NULL,
    document json NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    currency text DEFAULT ''::text NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    CONSTRAINT plan_versions_code_check CHECK ((code <> ''::text)),
    CONSTRAINT plan_versions_currency_check CHECK (((currency = ''::text) OR (currency ~ '^[A-Z]{3}$'::text))),
    CONSTRAINT plan_versions_name_check CHECK ((name <> ''::text)),
    CONSTRAINT plan_versions_version_check CHECK ((version > 0))
);

CREATE TABLE catalog.product_versions (
    product_id bigint NOT NULL,
    version integer NOT NULL,
    starts_on date NOT NULL,
    name text NOT NULL,
    tax_code text NOT NULL,
    unit text NOT NULL,
    recognition text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    standalone jsonb DEFAULT '[]'::jsonb NOT NULL,
    entitlements text[] DEFAULT '{}'::text[] NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    method text DEFAULT ''::text NOT NULL,
    rounding text DEFAULT ''::text NOT NULL,
    features jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT product_versions_features_check CHECK ((jsonb_typeof(features) = 'object'::text)),
    CONSTRAINT product_versions_method_check CHECK ((method = ANY (ARRAY[''::text, 'daily'::text, 'by_second'::text, 'monthly_even'::text, 'monthly_fraction'::text, 'monthly_fraction_half'::text, 'mid_month'::text, 'next_month'::text, 'full_month'::text]))),
    CONSTRAINT product_versions_name_check CHECK ((name <> ''::text)),
    CONSTRAINT product_versions_recognition_check CHECK ((recognition = ANY (ARRAY['ratable'::text, 'as_used'::text, 'point_in_time'::text]))),
    CONSTRAINT product_versions_rounding_check CHECK ((rounding = ANY (ARRAY[''::text, 'cumulative_half_up'::text, 'last_absorbs'::text, 'first_absorbs'::text, 'largest_remainder'::text, 'floor_last_full_month_absorbs'::text, 'round_monthly_then_last_absorbs'::text]))),
    CONSTRAINT product_versions_tax_code_check CHECK ((tax_code <> ''::text)),
    CONSTRAINT product_versions_version_check CHECK ((version > 0))
);

CREATE TABLE catalog.products (
    id bigint NOT NULL,
    code text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT products_code_check CHECK ((code <> ''::text))
);

ALTER TABLE catalog.products ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME catalog.products_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.proposals (
    id bigint NOT NULL,
    document json NOT NULL,
    base jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE catalog.proposals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.proposals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE closing.due_days (
    entity_id bigint NOT NULL,
    code text NOT NULL,
    days integer NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT due_days_code_check CHECK ((code <> ''::text)),
    CONSTRAINT due_days_days_check CHECK (((days >= 0) AND (days <= 90)))
);

CREATE TABLE closing.findings (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    event_seq integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    found integer NOT NULL,
    variance jsonb NOT NULL,
    note text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT findings_code_check CHECK ((code <> ''::text)),
    CONSTRAINT findings_found_check CHECK ((found >= 0))
);

CREATE TABLE closing.sealed_entries (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    event_seq integer NOT NULL,
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT sealed_entries_digest_check CHECK ((length(digest) = 32))
);

CREATE TABLE closing.sealed_inputs (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    event_seq integer NOT NULL,
    table_name text NOT NULL,
    columns text[] NOT NULL,
    facts bigint NOT NULL,
    digest text NOT NULL
);

CREATE TABLE closing.seals (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    event_seq integer NOT NULL,
    columns jsonb NOT NULL,
    entries bigint NOT NULL,
    ledger_hash bytea NOT NULL,
    inputs_after bigint NOT NULL,
    inputs_order bigint NOT NULL,
    inputs_hash bytea NOT NULL,
    previous bytea,
    hash bytea NOT NULL,
    closed_on date NOT NULL,
    watermark bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT seals_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT seals_inputs_hash_check CHECK ((length(inputs_hash) = 32)),
    CONSTRAINT seals_ledger_hash_check CHECK ((length(ledger_hash) = 32)),
    CONSTRAINT seals_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT seals_previous_check CHECK ((length(previous) = 32))
);

CREATE TABLE contracts.attachments (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    contract_id bigint NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    about text DEFAULT ''::text NOT NULL,
    uploaded_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attachments_content_check CHECK (((length(content) >= 1) AND (length(content) <= 10485760))),
    CONSTRAINT attachments_name_check CHECK ((name <> ''::text)),
    CONSTRAINT attachments_sha256_check CHECK ((length(sha256) = 32))
);
ALTER TABLE ONLY contracts.attachments ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE contracts.attachments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME contracts.attachments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE contracts.concessions (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    granted_on date NOT NULL,
    invoice text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT concessions_amount_check CHECK ((amount > 0)),
    CONSTRAINT concessions_check CHECK ((ends_on > starts_on)),
    CONSTRAINT concessions_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE contracts.concessions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME contracts.concessions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE contracts.contracts (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    number text NOT NULL,
    customer_id bigint NOT NULL,
    payer_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT contracts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

ALTER TABLE contracts.contracts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME contracts.contracts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE contracts.decisions (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    version integer NOT NULL,
    seq smallint NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    required text[] DEFAULT '{}'::text[] NOT NULL,
    covered text[] DEFAULT '{}'::text[] NOT NULL,
    under_version integer,
    plan_code text,
    plan_version integer,
    CONSTRAINT decisions_cover_every_role CHECK (((event <> 'approved'::text) OR (covered @> required))),
    CONSTRAINT decisions_event_check CHECK ((event = ANY (ARRAY['submitted'::text, 'endorsed'::text, 'approved'::text, 'rejected'::text, 'renewed'::text, 'signed'::text]))),
    CONSTRAINT decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT decisions_renew_under_an_approval CHECK ((((event = 'renewed'::text) = (under_version IS NOT NULL)) AND ((event <> 'renewed'::text) OR ((by_user = 0) AND (prepared_by = 0) AND (under_version < version) AND (reason <> ''::text))))),
    CONSTRAINT decisions_seq_check CHECK ((seq >= 1)),
    CONSTRAINT decisions_sign_a_published_plan CHECK ((((event = 'signed'::text) = (plan_code IS NOT NULL)) AND ((event = 'signed'::text) = (plan_version IS NOT NULL)) AND ((event <> 'signed'::text) OR ((by_user = 0) AND (seq = 1) AND (required = '{}'::text[]) AND (covered = '{}'::text[]) AND (reason <> ''::text))))),
    CONSTRAINT decisions_take_a_second_person CHECK (((event <> ALL (ARRAY['approved'::text, 'endorsed'::text])) OR (by_user <> prepared_by)))
);

CREATE TABLE contracts.deliveries (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    delivered_on date NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE contracts.notices (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    ends_on date NOT NULL,
    seq smallint NOT NULL,
    event text NOT NULL,
    party text NOT NULL,
    given_on date NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    follows smallint GENERATED ALWAYS AS (NULLIF((seq - 1), 0)) STORED,
    CONSTRAINT notices_alternate CHECK (((((seq)::integer % 2) = 1) = (event = 'given'::text))),
    CONSTRAINT notices_before_the_end CHECK ((given_on < ends_on)),
    CONSTRAINT notices_event_check CHECK ((event = ANY (ARRAY['given'::text, 'withdrawn'::text]))),
    CONSTRAINT notices_party_check CHECK ((party = ANY (ARRAY['customer'::text, 'us'::text]))),
    CONSTRAINT notices_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT notices_seq_check CHECK ((seq >= 1))
);

CREATE TABLE contracts.numbers (
    number text NOT NULL,
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL
);

CREATE TABLE contracts.payers (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    effective_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    payer_id bigint NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payers_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE contracts.programmes (
    code text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    owner_id bigint NOT NULL,
    budget bigint NOT NULL,
    currency text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT programmes_budget_check CHECK ((budget > 0)),
    CONSTRAINT programmes_change_with_reason CHECK (((version = 1) OR (reason <> ''::text))),
    CONSTRAINT programmes_check CHECK ((ends_on > starts_on)),
    CONSTRAINT programmes_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT programmes_name_check CHECK ((name <> ''::text)),
    CONSTRAINT programmes_version_check CHECK ((version >= 1))
);

CREATE TABLE contracts.rule_decisions (
    kind text NOT NULL,
    version integer NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rule_decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT rule_decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text]))),
    CONSTRAINT rule_decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT rule_decisions_take_a_second_person CHECK ((by_user <> prepared_by))
);

CREATE TABLE contracts.rules (
    kind text NOT NULL,
    version integer NOT NULL,
    starts_on date NOT NULL,
    threshold numeric,
    roles text[] NOT NULL,
    active boolean NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rules_are_decided_by_desks_that_decide CHECK ((roles <@ ARRAY['finance'::text, 'accountant'::text])),
    CONSTRAINT rules_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT rules_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT rules_roles_check CHECK ((cardinality(roles) > 0)),
    CONSTRAINT rules_threshold_check CHECK ((threshold >= (0)::numeric)),
    CONSTRAINT rules_version_check CHECK ((version >= 1))
);

CREATE TABLE contracts.sign_up_releases (
    key text NOT NULL,
    number text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE contracts.sign_ups (
    key text NOT NULL,
    digest bytea NOT NULL,
    request jsonb NOT NULL,
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    number text,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sign_ups_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT sign_ups_key_check CHECK ((key <> ''::text))
);

CREATE SEQUENCE contracts.subscription_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE contracts.versions (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    version integer NOT NULL,
    effective_on date NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    document jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    entered_on date,
    plan_code text GENERATED ALWAYS AS (((document -> 'plan'::text) ->> 'code'::text)) STORED,
    plan_version integer GENERATED ALWAYS AS ((((document -> 'plan'::text) ->> 'version'::text))::integer) STORED,
    CONSTRAINT versions_check CHECK ((ends_on > starts_on)),
    CONSTRAINT versions_check1 CHECK (((effective_on >= starts_on) AND (effective_on < ends_on))),
    CONSTRAINT versions_version_check CHECK ((version >= 1))
);

CREATE TABLE cost.decisions (
    fact_id bigint NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text]))),
    CONSTRAINT decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT decisions_take_a_second_person CHECK ((by_user <> prepared_by))
);

CREATE TABLE cost.facts (
    id bigint NOT NULL,
    kind text NOT NULL,
    account_id bigint,
    entity_id bigint NOT NULL,
    body jsonb NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT facts_check CHECK (((kind = 'policy'::text) = (account_id IS NULL))),
    CONSTRAINT facts_kind_check CHECK ((kind = ANY (ARRAY['cost'::text, 'test'::text, 'policy'::text, 'referral'::text]))),
    CONSTRAINT facts_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE cost.facts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME cost.facts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE cost.movements (
    account_id bigint NOT NULL,
    cost_id bigint NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL,
    month date NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    booked_on date NOT NULL,
    entry_seq bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT movements_amount_check CHECK ((amount <> 0)),
    CONSTRAINT movements_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT movements_kind_check CHECK ((kind = ANY (ARRAY['capitalized'::text, 'expensed'::text, 'amortized'::text, 'impaired'::text]))),
    CONSTRAINT movements_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT movements_n_check CHECK ((n >= 1))
);

CREATE TABLE customers.accounts (
    id bigint NOT NULL,
    kind text NOT NULL,
    entity_id bigint,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT accounts_check CHECK (((kind = 'house'::text) = (entity_id IS NOT NULL))),
    CONSTRAINT accounts_kind_check CHECK ((kind = ANY (ARRAY['family'::text, 'house'::text])))
);

ALTER TABLE customers.accounts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE customers.addresses (
    customer_id bigint NOT NULL,
    role text NOT NULL,
    starts_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    lines text[] NOT NULL,
    city text NOT NULL,
    region text NOT NULL,
    postcode text NOT NULL,
    country text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT addresses_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT addresses_role_check CHECK ((role = ANY (ARRAY['billing'::text, 'service'::text])))
);

CREATE TABLE customers.contacts (
    customer_id bigint NOT NULL,
    role text NOT NULL,
    email_key text NOT NULL,
    starts_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    removed boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT contacts_email_key_check CHECK ((email_key <> ''::text)),
    CONSTRAINT contacts_role_check CHECK ((role = ANY (ARRAY['payable'::text, 'procurement'::text, 'technical'::text])))
);

CREATE TABLE customers.customers (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    external_id text NOT NULL,
    parent_id bigint,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    signed_up_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    entered_by bigint DEFAULT 0 NOT NULL,
    CONSTRAINT customers_check CHECK ((parent_id <> id)),
    CONSTRAINT customers_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT customers_external_id_check CHECK ((external_id <> ''::text))
);

ALTER TABLE customers.customers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE customers.merges (
    duplicate_id bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    into_id bigint,
    takes_usage boolean NOT NULL,
    merged_on date NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT merges_check CHECK ((into_id <> duplicate_id)),
    CONSTRAINT merges_check1 CHECK (((into_id IS NOT NULL) OR (NOT takes_usage))),
    CONSTRAINT merges_reason_check CHECK ((reason <> ''::text))
);

CREATE VIEW customers.duplicates AS
 SELECT newest.duplicate_id,
    newest.into_id,
    newest.takes_usage,
    newest.merged_on
   FROM ( SELECT DISTINCT ON (merges.duplicate_id) merges.duplicate_id,
            merges.into_id,
            merges.takes_usage,
            merges.merged_on
           FROM customers.merges
          ORDER BY merges.duplicate_id, merges.known_order DESC) newest
  WHERE (newest.into_id IS NOT NULL);

CREATE TABLE customers.invoice_modes (
    customer_id bigint NOT NULL,
    starts_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    own_invoice boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE customers.profiles (
    customer_id bigint NOT NULL,
    starts_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    name text NOT NULL,
    legal_name text NOT NULL,
    kind text NOT NULL,
    po_required boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT profiles_kind_check CHECK ((kind = ANY (ARRAY['business'::text, 'consumer'::text, 'government'::text, 'nonprofit'::text]))),
    CONSTRAINT profiles_legal_name_check CHECK ((legal_name <> ''::text)),
    CONSTRAINT profiles_name_check CHECK ((name <> ''::text))
);

CREATE TABLE customers.screening_decisions (
    screening_id bigint NOT NULL,
    entered_by bigint NOT NULL,
    decision text NOT NULL,
    by_user bigint NOT NULL,
    reason text NOT NULL,
    decided_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT screening_decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT screening_decisions_decision_check CHECK ((decision = ANY (ARRAY['cleared'::text, 'confirmed'::text]))),
    CONSTRAINT screening_decisions_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT screening_decisions_take_a_second_person CHECK ((by_user <> entered_by))
);

CREATE TABLE customers.screening_entries (
    list_id bigint NOT NULL,
    entry bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    programs text DEFAULT ''::text NOT NULL,
    countries text[] DEFAULT '{}'::text[] NOT NULL,
    remarks text DEFAULT ''::text NOT NULL,
    CONSTRAINT screening_entries_kind_check CHECK ((kind = ANY (ARRAY['entity'::text, 'individual'::text, 'vessel'::text, 'aircraft'::text]))),
    CONSTRAINT screening_entries_name_check CHECK ((name <> ''::text))
);

CREATE TABLE customers.screening_lists (
    id bigint NOT NULL,
    source text NOT NULL,
    digest bytea NOT NULL,
    imported_on date NOT NULL,
    entries integer NOT NULL,
    names integer NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT screening_lists_check CHECK ((names >= entries)),
    CONSTRAINT screening_lists_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT screening_lists_entries_check CHECK ((entries > 0)),
    CONSTRAINT screening_lists_source_check CHECK ((source <> ''::text))
);

ALTER TABLE customers.screening_lists ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME customers.screening_lists_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE customers.screening_names (
    list_id bigint NOT NULL,
    entry bigint NOT NULL,
    seq smallint NOT NULL,
    name text NOT NULL,
    term text NOT NULL,
    CONSTRAINT screening_names_seq_check CHECK ((seq >= 1)),
    CONSTRAINT screening_names_term_check CHECK ((term <> ''::text))
);

CREATE TABLE customers.screening_words (
    list_id bigint NOT NULL,
    word text NOT NULL,
    names integer NOT NULL,
    CONSTRAINT screening_words_names_check CHECK ((names >= 1))
);

CREATE TABLE customers.screenings (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    entered_by bigint NOT NULL,
    list_id bigint NOT NULL,
    screened_on date NOT NULL,
    query text[] NOT NULL,
    score numeric(5,4) NOT NULL,
    threshold numeric(5,4) NOT NULL,
    result text NOT NULL,
    matches jsonb NOT NULL,
    rests_on bigint,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT screenings_never_clear_a_match CHECK (((result = 'possible'::text) = (score >= threshold))),
    CONSTRAINT screenings_rest_on_an_earlier_one CHECK (((rests_on IS NULL) OR ((rests_on < id) AND (result = 'possible'::text)))),
    CONSTRAINT screenings_result_check CHECK ((result = ANY (ARRAY['clear'::text, 'possible'::text]))),
    CONSTRAINT screenings_score_check CHECK (((score >= (0)::numeric) AND (score <= (1)::numeric)))
);

ALTER TABLE customers.screenings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME customers.screenings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE customers.search_terms (
    customer_id bigint NOT NULL,
    kind text NOT NULL,
    term text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT search_terms_kind_check CHECK ((kind = ANY (ARRAY['name'::text, 'external_id'::text, 'email'::text, 'tax_id'::text]))),
    CONSTRAINT search_terms_term_check CHECK ((term <> ''::text))
);

CREATE TABLE customers.tax_ids (
    customer_id bigint NOT NULL,
    kind text NOT NULL,
    country text NOT NULL,
    value text NOT NULL,
    starts_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    verified_on date,
    removed boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tax_ids_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT tax_ids_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT tax_ids_value_check CHECK ((value <> ''::text))
);

CREATE TABLE entities.accounting_periods (
    calendar text NOT NULL,
    name text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT accounting_periods_calendar_check CHECK (((calendar <> ''::text) AND (calendar <> 'gregorian'::text))),
    CONSTRAINT accounting_periods_check CHECK ((starts_on < ends_on)),
    CONSTRAINT accounting_periods_name_check CHECK ((name <> ''::text))
);

CREATE TABLE entities.entities (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    postcode text NOT NULL,
    city text NOT NULL,
    lines text[] NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    bank_name text NOT NULL,
    bank_iban text NOT NULL,
    bank_bic text NOT NULL,
    bank_account text NOT NULL,
    bank_routing text NOT NULL,
    bank_reference text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    website text NOT NULL,
    register_note text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT entities_code_check CHECK ((code ~ '^[a-z0-9]{2,8}$'::text)),
    CONSTRAINT entities_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT entities_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT entities_name_check CHECK ((name <> ''::text)),
    CONSTRAINT entities_time_zone_check CHECK ((time_zone <> ''::text))
);

ALTER TABLE entities.entities ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME entities.entities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE entities.fx_rates (
    base text NOT NULL,
    quote text NOT NULL,
    quoted_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    rate numeric(24,10) NOT NULL,
    source text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    by_user bigint DEFAULT 0 NOT NULL,
    CONSTRAINT fx_rates_base_check CHECK ((base ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT fx_rates_check CHECK ((base <> quote)),
    CONSTRAINT fx_rates_quote_check CHECK ((quote ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT fx_rates_rate_check CHECK ((rate > (0)::numeric)),
    CONSTRAINT fx_rates_source_check CHECK ((source <> ''::text))
);

CREATE TABLE entities.number_counters (
    entity_id bigint NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT number_counters_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'journal'::text]))),
    CONSTRAINT number_counters_last_check CHECK ((last > 0)),
    CONSTRAINT number_counters_year_check CHECK (((year >= 1900) AND (year <= 9999)))
);

CREATE TABLE entities.tax_ids (
    entity_id bigint NOT NULL,
    "position" integer NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    CONSTRAINT tax_ids_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT tax_ids_value_check CHECK ((value <> ''::text))
);

CREATE TABLE entitlements.announced (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    nth bigint DEFAULT 0 NOT NULL,
    terms jsonb NOT NULL,
    announced_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='80');

CREATE TABLE evidence.items (
    sample_id bigint NOT NULL,
    n integer NOT NULL,
    account_id bigint NOT NULL,
    entry_seq bigint NOT NULL,
    moved bigint NOT NULL,
    hits integer NOT NULL,
    CONSTRAINT items_hits_check CHECK ((hits >= 1)),
    CONSTRAINT items_n_check CHECK ((n >= 1))
);

CREATE SEQUENCE evidence.sample_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE evidence.samples (
    id bigint DEFAULT nextval('evidence.sample_ids'::regclass) NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    source text NOT NULL,
    method text NOT NULL,
    size integer NOT NULL,
    seed text NOT NULL,
    known bigint NOT NULL,
    population bigint NOT NULL,
    moved bigint NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT samples_check CHECK ((ends_on > starts_on)),
    CONSTRAINT samples_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT samples_method_check CHECK ((method = ANY (ARRAY['random'::text, 'monetary_unit'::text]))),
    CONSTRAINT samples_seed_check CHECK ((seed <> ''::text)),
    CONSTRAINT samples_size_check CHECK (((size >= 1) AND (size <= 1000)))
);

CREATE TABLE exports.batch_entries (
    account_id bigint NOT NULL,
    entry_seq bigint NOT NULL,
    target text NOT NULL,
    round smallint NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT batch_entries_round_check CHECK ((round >= 0))
);

CREATE TABLE exports.batch_events (
    batch_id bigint NOT NULL,
    seq smallint NOT NULL,
    event text NOT NULL,
    after text,
    after_seq smallint GENERATED ALWAYS AS (NULLIF((seq - 1), 0)) STORED,
    by_user bigint NOT NULL,
    reference text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT batch_events_come_in_their_order CHECK ((((event = 'prepared'::text) AND (seq = 1) AND (after IS NULL)) OR ((event = 'exported'::text) AND (after IS NOT NULL) AND (after = 'prepared'::text)) OR ((event = 'rejected'::text) AND (after IS NOT NULL) AND (after = ANY (ARRAY['prepared'::text, 'exported'::text])) AND (reason <> ''::text)) OR ((event = 'acknowledged'::text) AND (after IS NOT NULL) AND (after = 'exported'::text)))),
    CONSTRAINT batch_events_seq_check CHECK ((seq >= 1))
);

CREATE TABLE exports.batch_files (
    batch_id bigint NOT NULL,
    n integer NOT NULL,
    name text NOT NULL,
    journals integer NOT NULL,
    lines integer NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    digest bytea NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT batch_files_balance CHECK ((debit = credit)),
    CONSTRAINT batch_files_check CHECK ((digest = sha256(content))),
    CONSTRAINT batch_files_credit_check CHECK ((credit >= 0)),
    CONSTRAINT batch_files_debit_check CHECK ((debit >= 0)),
    CONSTRAINT batch_files_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT batch_files_journals_check CHECK ((journals >= 1)),
    CONSTRAINT batch_files_lines_check CHECK ((lines >= 1)),
    CONSTRAINT batch_files_n_check CHECK ((n >= 1)),
    CONSTRAINT batch_files_name_check CHECK ((name <> ''::text))
);

CREATE TABLE exports.batches (
    id bigint NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    month date NOT NULL,
    target text NOT NULL,
    level text NOT NULL,
    seq integer NOT NULL,
    mapping_version integer NOT NULL,
    options jsonb NOT NULL,
    entries integer NOT NULL,
    debit bigint NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT batches_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT batches_debit_check CHECK ((debit > 0)),
    CONSTRAINT batches_entries_check CHECK ((entries >= 1)),
    CONSTRAINT batches_level_check CHECK ((level = ANY (ARRAY['detailed'::text, 'summarized'::text]))),
    CONSTRAINT batches_mapping_version_check CHECK ((mapping_version >= 1)),
    CONSTRAINT batches_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT batches_seq_check CHECK ((seq >= 1)),
    CONSTRAINT batches_target_check CHECK ((target <> ''::text))
);

ALTER TABLE exports.batches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME exports.batches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE exports.mapping_decisions (
    proposal_id bigint NOT NULL,
    event text NOT NULL,
    version integer,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT mapping_decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT mapping_decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text]))),
    CONSTRAINT mapping_decisions_number_what_is_approved CHECK (((event = 'approved'::text) = (version IS NOT NULL))),
    CONSTRAINT mapping_decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT mapping_decisions_take_a_second_person CHECK ((by_user <> prepared_by)),
    CONSTRAINT mapping_decisions_version_check CHECK ((version >= 1))
);

CREATE TABLE exports.mapping_proposals (
    id bigint NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT mapping_proposals_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE exports.mapping_proposals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME exports.mapping_proposals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE exports.mapping_rules (
    proposal_id bigint NOT NULL,
    n integer NOT NULL,
    code text NOT NULL,
    priority integer NOT NULL,
    starts_on date NOT NULL,
    retired boolean NOT NULL,
    account smallint NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    entity text DEFAULT ''::text NOT NULL,
    currency text DEFAULT ''::text NOT NULL,
    product text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    region text DEFAULT ''::text NOT NULL,
    contract text DEFAULT ''::text NOT NULL,
    gl_code text NOT NULL,
    gl_name text NOT NULL,
    gl_type text NOT NULL,
    gl_control text DEFAULT ''::text NOT NULL,
    class text DEFAULT ''::text NOT NULL,
    department text DEFAULT ''::text NOT NULL,
    location text DEFAULT ''::text NOT NULL,
    CONSTRAINT mapping_rules_code_check CHECK ((code <> ''::text)),
    CONSTRAINT mapping_rules_currency_check CHECK (((currency = ''::text) OR (currency ~ '^[A-Z]{3}$'::text))),
    CONSTRAINT mapping_rules_gl_code_check CHECK ((gl_code <> ''::text)),
    CONSTRAINT mapping_rules_gl_control_check CHECK ((gl_control = ANY (ARRAY[''::text, 'receivable'::text, 'payable'::text, 'bank'::text]))),
    CONSTRAINT mapping_rules_gl_name_check CHECK ((gl_name <> ''::text)),
    CONSTRAINT mapping_rules_gl_type_check CHECK ((gl_type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'revenue'::text, 'contra_revenue'::text, 'expense'::text, 'gain'::text, 'loss'::text]))),
    CONSTRAINT mapping_rules_n_check CHECK ((n >= 1)),
    CONSTRAINT mapping_rules_priority_check CHECK ((priority >= 1))
);

CREATE TABLE invoicing.documents (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    number text NOT NULL,
    kind text NOT NULL,
    entity_id bigint NOT NULL,
    payer_id bigint NOT NULL,
    currency text NOT NULL,
    issued_on date NOT NULL,
    tax_point date NOT NULL,
    due_on date NOT NULL,
    po_number text DEFAULT ''::text NOT NULL,
    net bigint NOT NULL,
    tax bigint NOT NULL,
    total bigint NOT NULL,
    run_id bigint,
    frozen jsonb NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    fee bigint DEFAULT 0 NOT NULL,
    CONSTRAINT documents_add_up CHECK ((((net + tax) - fee) = total)),
    CONSTRAINT documents_check1 CHECK ((((kind = 'invoice'::text) AND (total >= 0)) OR ((kind = 'credit_note'::text) AND (total < 0)))),
    CONSTRAINT documents_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))),
    CONSTRAINT documents_seq_check CHECK ((seq >= 1))
);

CREATE TABLE invoicing.hold_releases (
    account_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    released_on date NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE invoicing.holds (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    payer_id bigint,
    contract_id bigint,
    starts_on date NOT NULL,
    ends_on date,
    reason text NOT NULL,
    owner_id bigint NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT holds_check CHECK ((ends_on > starts_on)),
    CONSTRAINT holds_check1 CHECK (((payer_id IS NULL) <> (contract_id IS NULL))),
    CONSTRAINT holds_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE invoicing.holds ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME invoicing.holds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE invoicing.lines (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    n integer NOT NULL,
    contract_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    line text NOT NULL,
    kind text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    product text NOT NULL,
    amount bigint NOT NULL,
    corrects_document text,
    corrects_line integer,
    CONSTRAINT lines_check CHECK ((ends_on > starts_on)),
    CONSTRAINT lines_check1 CHECK (((corrects_document IS NULL) = (corrects_line IS NULL))),
    CONSTRAINT lines_n_check CHECK ((n >= 1))
);

CREATE TABLE invoicing.numbers (
    number text NOT NULL,
    entity_id bigint NOT NULL,
    account_id bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE invoicing.run_events (
    run_id bigint NOT NULL,
    seq integer NOT NULL,
    event text NOT NULL,
    documents integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    totals jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT run_events_event_check CHECK ((event = ANY (ARRAY['planned'::text, 'held'::text, 'released'::text, 'finished'::text]))),
    CONSTRAINT run_events_seq_check CHECK ((seq >= 1))
);

CREATE TABLE invoicing.run_failures (
    run_id bigint NOT NULL,
    account_id bigint NOT NULL,
    attempt integer NOT NULL,
    error text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE invoicing.run_holds (
    run_id bigint NOT NULL,
    account_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    payer_id bigint NOT NULL,
    currency text NOT NULL,
    documents integer NOT NULL,
    net bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT run_holds_documents_check CHECK ((documents > 0))
);

CREATE TABLE invoicing.runs (
    id bigint NOT NULL,
    as_of date NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE invoicing.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME invoicing.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE invoicing.tax_lines (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    n integer NOT NULL,
    line integer NOT NULL,
    place text NOT NULL,
    level text NOT NULL,
    name text NOT NULL,
    rate numeric NOT NULL,
    taxable bigint NOT NULL,
    tax bigint NOT NULL,
    reason text NOT NULL,
    CONSTRAINT tax_lines_n_check CHECK ((n >= 1))
);

CREATE TABLE invoicing.voids (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    voided_on date NOT NULL,
    reason text NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT voids_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE jobs.attempts (
    run_id bigint NOT NULL,
    attempt integer NOT NULL,
    holder text NOT NULL,
    ended_at timestamp with time zone DEFAULT now() NOT NULL,
    outcome text NOT NULL,
    error text NOT NULL,
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text, 'stopped'::text, 'lost'::text])))
);

CREATE TABLE jobs.runs (
    id bigint NOT NULL,
    job text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    as_of date NOT NULL,
    trigger text NOT NULL,
    requested_by bigint NOT NULL,
    requested_name text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    holder text,
    lease_until timestamp with time zone,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    progress_done bigint DEFAULT 0 NOT NULL,
    progress_total bigint DEFAULT 0 NOT NULL,
    progress_note text DEFAULT ''::text NOT NULL,
    summary jsonb,
    error text,
    CONSTRAINT runs_finished CHECK (((state = ANY (ARRAY['done'::text, 'failed'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT runs_held_while_running CHECK (((state = 'running'::text) = ((lease_until IS NOT NULL) AND (holder IS NOT NULL)))),
    CONSTRAINT runs_job_check CHECK ((job <> ''::text)),
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
    CONSTRAINT runs_trigger_check CHECK ((trigger = ANY (ARRAY['tick'::text, 'manual'::text])))
);

ALTER TABLE jobs.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE jobs.schedules (
    job text NOT NULL,
    planned_through timestamp with time zone NOT NULL,
    CONSTRAINT schedules_job_check CHECK ((job <> ''::text))
);

CREATE TABLE journals.attachments (
    id bigint NOT NULL,
    journal_id bigint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    uploaded_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attachments_check CHECK ((sha256 = sha256(content))),
    CONSTRAINT attachments_media_type_check CHECK ((media_type <> ''::text)),
    CONSTRAINT attachments_name_check CHECK ((name <> ''::text)),
    CONSTRAINT attachments_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE journals.attachments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME journals.attachments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE journals.charge_lines (
    account_id bigint NOT NULL,
    reference text NOT NULL,
    rule text NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    month date NOT NULL,
    revenue bigint NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT charge_lines_amount_check CHECK ((amount <> 0)),
    CONSTRAINT charge_lines_line_check CHECK ((line <> ''::text)),
    CONSTRAINT charge_lines_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT charge_lines_rule_check CHECK ((rule <> ''::text))
);

CREATE TABLE journals.charges (
    account_id bigint NOT NULL,
    seller_id bigint NOT NULL,
    serving_id bigint NOT NULL,
    currency text NOT NULL,
    month date NOT NULL,
    n integer NOT NULL,
    reference text NOT NULL,
    booked_on date NOT NULL,
    amount bigint NOT NULL,
    entry_seq bigint NOT NULL,
    serving_account bigint NOT NULL,
    serving_seq bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT charges_check CHECK ((seller_id <> serving_id)),
    CONSTRAINT charges_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT charges_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT charges_n_check CHECK ((n >= 1)),
    CONSTRAINT charges_reference_check CHECK ((reference <> ''::text))
);

CREATE TABLE journals.events (
    journal_id bigint NOT NULL,
    seq smallint NOT NULL,
    event text NOT NULL,
    after text,
    after_seq smallint GENERATED ALWAYS AS (NULLIF((seq - 1), 0)) STORED,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT events_come_in_their_order CHECK ((((event = 'drafted'::text) AND (seq = 1) AND (after IS NULL)) OR ((event = 'submitted'::text) AND (after IS NOT NULL) AND (after = 'drafted'::text)) OR ((event = 'withdrawn'::text) AND (after IS NOT NULL) AND (after = ANY (ARRAY['drafted'::text, 'rejected'::text]))) OR ((event = 'approved'::text) AND (after IS NOT NULL) AND (after = 'submitted'::text)) OR ((event = 'rejected'::text) AND (after IS NOT NULL) AND (after = 'submitted'::text) AND (reason <> ''::text)) OR ((event = 'stopped'::text) AND (after IS NOT NULL) AND (after = 'approved'::text) AND (reason <> ''::text)))),
    CONSTRAINT events_seq_check CHECK ((seq >= 1)),
    CONSTRAINT events_take_a_second_person CHECK (((event <> ALL (ARRAY['approved'::text, 'rejected'::text])) OR ((by_user > 0) AND (by_user <> prepared_by))))
);

CREATE TABLE journals.journals (
    id bigint NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    book text DEFAULT ''::text NOT NULL,
    booked_on date NOT NULL,
    reason text NOT NULL,
    reverses_on date,
    every text DEFAULT ''::text NOT NULL,
    repeats_through date,
    template text DEFAULT ''::text NOT NULL,
    corrects bigint,
    reverses bigint,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT journals_book_check CHECK ((book = ANY (ARRAY[''::text, 'us_gaap'::text, 'ifrs'::text]))),
    CONSTRAINT journals_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT journals_every_check CHECK ((every = ANY (ARRAY[''::text, 'month'::text, 'quarter'::text, 'half-year'::text, 'year'::text]))),
    CONSTRAINT journals_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT journals_repeat_through_a_day CHECK ((((every = ''::text) = (repeats_through IS NULL)) AND ((repeats_through IS NULL) OR (repeats_through >= booked_on)))),
    CONSTRAINT journals_reverse_after_their_day CHECK (((reverses_on IS NULL) OR (reverses_on > booked_on))),
    CONSTRAINT journals_take_back_once CHECK (((reverses IS NULL) OR ((reverses_on IS NULL) AND (every = ''::text))))
);

ALTER TABLE journals.journals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME journals.journals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE journals.lines (
    journal_id bigint NOT NULL,
    n smallint NOT NULL,
    account smallint NOT NULL,
    amount bigint NOT NULL,
    customer_id bigint,
    contract_id bigint,
    line text,
    document text,
    month date,
    CONSTRAINT lines_amount_check CHECK ((amount <> 0)),
    CONSTRAINT lines_check CHECK (((contract_id IS NULL) = (line IS NULL))),
    CONSTRAINT lines_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT lines_n_check CHECK ((n >= 1))
);

CREATE TABLE journals.posted (
    account_id bigint NOT NULL,
    journal_id bigint NOT NULL,
    occurrence smallint NOT NULL,
    part text NOT NULL,
    number text NOT NULL,
    booked_on date NOT NULL,
    entry_seq bigint NOT NULL,
    reverses bigint,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT posted_number_check CHECK ((number <> ''::text)),
    CONSTRAINT posted_occurrence_check CHECK ((occurrence >= 0)),
    CONSTRAINT posted_part_check CHECK ((part = ANY (ARRAY['entry'::text, 'reversal'::text])))
);

CREATE TABLE journals.rule_decisions (
    rule_id bigint NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rule_decisions_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT rule_decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text]))),
    CONSTRAINT rule_decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT rule_decisions_take_a_second_person CHECK ((by_user <> prepared_by))
);

CREATE TABLE journals.rules (
    id bigint NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    starts_on date NOT NULL,
    body jsonb NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rules_code_check CHECK ((code <> ''::text)),
    CONSTRAINT rules_kind_check CHECK ((kind = ANY (ARRAY['limit'::text, 'intercompany'::text]))),
    CONSTRAINT rules_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE journals.rules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME journals.rules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE journals.templates (
    code text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    name text NOT NULL,
    body jsonb NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    by_user bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT templates_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT templates_name_check CHECK ((name <> ''::text))
);

CREATE TABLE ledger.accounts (
    id smallint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    CONSTRAINT accounts_type_check CHECK ((type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'revenue'::text, 'contra_revenue'::text, 'expense'::text, 'gain'::text, 'loss'::text])))
);

CREATE TABLE ledger.billed (
    account_id bigint NOT NULL,
    entry_seq bigint NOT NULL,
    n smallint NOT NULL,
    event text NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    kind text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    document text NOT NULL,
    document_line integer NOT NULL,
    booked_on date NOT NULL,
    due_on date,
    CONSTRAINT billed_check CHECK ((ends_on > starts_on)),
    CONSTRAINT billed_event_check CHECK ((event = ANY (ARRAY['issue'::text, 'credit'::text, 'void'::text]))),
    CONSTRAINT billed_n_check CHECK ((n >= 1))
);

CREATE TABLE ledger.entries (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    entity_id bigint NOT NULL,
    source text NOT NULL,
    booked_on date NOT NULL,
    currency text NOT NULL,
    memo text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    book text DEFAULT ''::text NOT NULL,
    rate numeric,
    rate_on date,
    adjusting boolean DEFAULT false NOT NULL,
    CONSTRAINT entries_book_check CHECK ((book = ANY (ARRAY[''::text, 'us_gaap'::text, 'ifrs'::text]))),
    CONSTRAINT entries_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT entries_rate_check CHECK ((rate > (0)::numeric)),
    CONSTRAINT entries_rate_has_a_day CHECK (((rate IS NULL) = (rate_on IS NULL))),
    CONSTRAINT entries_seq_check CHECK ((seq >= 1)),
    CONSTRAINT entries_source_check CHECK ((source <> ''::text))
);

CREATE TABLE ledger.month_events (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    seq integer NOT NULL,
    event text NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT month_events_event_check CHECK ((event = ANY (ARRAY['opened'::text, 'soft_closed'::text, 'lifted'::text, 'closed'::text, 'reopen_requested'::text, 'reopen_refused'::text, 'reopened'::text]))),
    CONSTRAINT month_events_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT month_events_seq_check CHECK ((seq >= 1))
);

CREATE TABLE ledger.policies (
    entity_id bigint NOT NULL,
    book text NOT NULL,
    number integer NOT NULL,
    effective_on date NOT NULL,
    document jsonb NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT policies_book_check CHECK ((book = ANY (ARRAY['us_gaap'::text, 'ifrs'::text]))),
    CONSTRAINT policies_number_check CHECK ((number >= 1)),
    CONSTRAINT policies_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE ledger.policy_decisions (
    entity_id bigint NOT NULL,
    book text NOT NULL,
    number integer NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT policies_four_eyes CHECK (((by_user <> prepared_by) AND (by_user <> 0))),
    CONSTRAINT policies_rejected_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT policy_decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text])))
);

CREATE TABLE ledger.postings (
    account_id bigint NOT NULL,
    entry_seq bigint NOT NULL,
    n smallint NOT NULL,
    ledger_account smallint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    entity_id bigint NOT NULL,
    booked_on date NOT NULL,
    customer_id bigint,
    contract_id bigint,
    line text,
    month date,
    document text,
    schedule_id bigint,
    book text DEFAULT ''::text NOT NULL,
    functional bigint NOT NULL,
    CONSTRAINT postings_amount_check CHECK (((amount <> 0) OR (functional <> 0))),
    CONSTRAINT postings_check CHECK (((contract_id IS NULL) = (line IS NULL))),
    CONSTRAINT postings_n_check CHECK ((n >= 1))
);

CREATE TABLE mail.attachments (
    outbox_id bigint NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    content bytea,
    sha256 bytea,
    document_kind text,
    document_ref text,
    CONSTRAINT attachment_is_bytes_or_document CHECK ((((content IS NOT NULL) AND (sha256 IS NOT NULL) AND (name <> ''::text) AND (content_type <> ''::text) AND (document_kind IS NULL) AND (document_ref IS NULL)) OR ((content IS NULL) AND (sha256 IS NULL) AND (document_kind <> ''::text) AND (document_ref <> ''::text)))),
    CONSTRAINT attachments_position_check CHECK (("position" > 0)),
    CONSTRAINT attachments_sha256_check CHECK ((length(sha256) = 32))
);
ALTER TABLE ONLY mail.attachments ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE mail.attempts (
    id bigint NOT NULL,
    outbox_id bigint NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    transport text NOT NULL,
    reply text NOT NULL,
    sha256s bytea[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attempts_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'temporary'::text, 'permanent'::text, 'lost'::text])))
);

ALTER TABLE mail.attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.outbox (
    id bigint NOT NULL,
    account_id bigint,
    message_key text NOT NULL,
    message_id text NOT NULL,
    content_sha256 bytea NOT NULL,
    sender jsonb NOT NULL,
    reply_to jsonb,
    recipients jsonb NOT NULL,
    copies jsonb NOT NULL,
    subject text NOT NULL,
    text_body text NOT NULL,
    html_body text NOT NULL,
    queued_by text NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT outbox_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT outbox_content_sha256_check CHECK ((length(content_sha256) = 32)),
    CONSTRAINT outbox_copies_check CHECK ((jsonb_typeof(copies) = 'array'::text)),
    CONSTRAINT outbox_lease_while_sending CHECK (((state = 'sending'::text) = (lease_until IS NOT NULL))),
    CONSTRAINT outbox_message_id_check CHECK ((message_id ~ '^<[^<>@\s]+@[^<>@\s]+>$'::text)),
    CONSTRAINT outbox_message_key_check CHECK ((message_key <> ''::text)),
    CONSTRAINT outbox_queued_by_check CHECK ((queued_by <> ''::text)),
    CONSTRAINT outbox_recipients_check CHECK ((jsonb_array_length(recipients) > 0)),
    CONSTRAINT outbox_sent_says_when CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'held'::text]))),
    CONSTRAINT outbox_subject_check CHECK (((subject <> ''::text) AND (subject !~ '[\r\n]'::text))),
    CONSTRAINT outbox_tries_check CHECK ((tries >= 0))
)
WITH (fillfactor='80');

ALTER TABLE mail.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE onboarding.balances (
    account_id bigint NOT NULL,
    key text NOT NULL,
    revision integer NOT NULL,
    cohort text NOT NULL,
    customer_id bigint NOT NULL,
    content jsonb NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT balances_revision_check CHECK ((revision > 0))
);

CREATE TABLE onboarding.files (
    id bigint NOT NULL,
    cohort text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    made integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    refused integer NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT files_cohort_check CHECK ((cohort <> ''::text)),
    CONSTRAINT files_kind_check CHECK ((kind = ANY (ARRAY['customers'::text, 'contracts'::text, 'invoices'::text, 'balances'::text]))),
    CONSTRAINT files_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE onboarding.files ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME onboarding.files_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE onboarding.invoices (
    account_id bigint NOT NULL,
    number text NOT NULL,
    revision integer NOT NULL,
    cohort text NOT NULL,
    customer_id bigint NOT NULL,
    currency text NOT NULL,
    issued_on date NOT NULL,
    content jsonb NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT invoices_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT invoices_revision_check CHECK ((revision > 0))
);

CREATE TABLE onboarding.steps (
    cohort text NOT NULL,
    customer text NOT NULL,
    seq integer NOT NULL,
    step text NOT NULL,
    cut_over date,
    on_day date NOT NULL,
    reason text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    asked_by bigint DEFAULT 0 NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT moves_take_a_second_person CHECK (((step <> 'moved'::text) OR ((by_user > 0) AND (by_user <> asked_by)))),
    CONSTRAINT steps_check CHECK (((cut_over IS NOT NULL) = (step = ANY (ARRAY['asked'::text, 'moved'::text])))),
    CONSTRAINT steps_cohort_check CHECK ((cohort <> ''::text)),
    CONSTRAINT steps_customer_check CHECK ((customer <> ''::text)),
    CONSTRAINT steps_seq_check CHECK ((seq > 0)),
    CONSTRAINT steps_step_check CHECK ((step = ANY (ARRAY['planned'::text, 'imported'::text, 'compared'::text, 'asked'::text, 'declined'::text, 'moved'::text, 'taken_back'::text])))
);

CREATE TABLE opening.brought (
    account_id bigint NOT NULL,
    file_id bigint NOT NULL,
    entries integer NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT brought_entries_check CHECK ((entries >= 0))
);

CREATE TABLE opening.files (
    id bigint NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    cut_over date NOT NULL,
    source bytea NOT NULL,
    sha256 bytea NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    part text DEFAULT ''::text NOT NULL,
    CONSTRAINT files_check CHECK ((sha256 = sha256(source))),
    CONSTRAINT files_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT files_cut_over_check CHECK ((EXTRACT(day FROM cut_over) = (1)::numeric))
);

ALTER TABLE opening.files ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME opening.files_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE opening.seals (
    file_id bigint NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    digest bytea NOT NULL,
    reason text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT seals_by_user_check CHECK ((by_user > 0)),
    CONSTRAINT seals_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT seals_take_a_second_person CHECK ((by_user <> prepared_by))
);

CREATE SEQUENCE partners.settlement_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE partners.settlements (
    account_id bigint NOT NULL,
    id bigint DEFAULT nextval('partners.settlement_ids'::regclass) NOT NULL,
    party_id bigint NOT NULL,
    owed text NOT NULL,
    entity_id bigint NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    settled_on date NOT NULL,
    booked_on date NOT NULL,
    reference text NOT NULL,
    entry_seq bigint NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT settlements_amount_check CHECK ((amount > 0)),
    CONSTRAINT settlements_check CHECK ((booked_on >= settled_on)),
    CONSTRAINT settlements_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT settlements_owed_check CHECK ((owed = ANY (ARRAY['commission'::text, 'supply'::text])))
);

CREATE TABLE payments.applications (
    account_id bigint NOT NULL,
    receipt_id bigint NOT NULL,
    n integer NOT NULL,
    document text NOT NULL,
    amount bigint NOT NULL,
    booked_on date NOT NULL,
    entry_seq bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT applications_amount_check CHECK ((amount <> 0)),
    CONSTRAINT applications_document_check CHECK ((document <> ''::text)),
    CONSTRAINT applications_n_check CHECK ((n >= 1)),
    CONSTRAINT applications_say_why_taken_back CHECK (((amount > 0) OR (reason <> ''::text)))
);

CREATE SEQUENCE payments.loss_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE payments.losses (
    account_id bigint NOT NULL,
    id bigint DEFAULT nextval('payments.loss_ids'::regclass) NOT NULL,
    kind text NOT NULL,
    entity_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    document text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    fee bigint DEFAULT 0 NOT NULL,
    policy text NOT NULL,
    happened_on date NOT NULL,
    booked_on date NOT NULL,
    reason text NOT NULL,
    entry_seq bigint,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT losses_amount_check CHECK ((amount > 0)),
    CONSTRAINT losses_check CHECK ((booked_on >= happened_on)),
    CONSTRAINT losses_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT losses_fee_check CHECK ((fee >= 0)),
    CONSTRAINT losses_kind_check CHECK ((kind = ANY (ARRAY['write_off'::text, 'reinstate'::text, 'fee'::text, 'dispute'::text, 'dispute_won'::text, 'dispute_lost'::text]))),
    CONSTRAINT losses_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE payments.movements (
    entity_id bigint NOT NULL,
    key text NOT NULL,
    account_id bigint NOT NULL,
    receipt_id bigint NOT NULL,
    CONSTRAINT movements_key_check CHECK ((key <> ''::text))
);

CREATE SEQUENCE payments.receipt_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE payments.receipts (
    account_id bigint NOT NULL,
    id bigint DEFAULT nextval('payments.receipt_ids'::regclass) NOT NULL,
    entity_id bigint NOT NULL,
    payer_id bigint NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    received_on date NOT NULL,
    booked_on date NOT NULL,
    reference text NOT NULL,
    transaction text DEFAULT ''::text NOT NULL,
    nth integer NOT NULL,
    entry_seq bigint NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT receipts_amount_check CHECK ((amount > 0)),
    CONSTRAINT receipts_check CHECK ((booked_on >= received_on)),
    CONSTRAINT receipts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT receipts_nth_check CHECK ((nth >= 1))
);

CREATE TABLE privacy.erased_facts (
    request_id bigint NOT NULL,
    table_name text NOT NULL,
    columns text[] NOT NULL,
    fact_order bigint NOT NULL,
    had bytea NOT NULL,
    has bytea NOT NULL,
    CONSTRAINT erased_facts_had_check CHECK ((length(had) = 32)),
    CONSTRAINT erased_facts_has_check CHECK ((length(has) = 32))
);

CREATE TABLE privacy.erasures (
    request_id bigint NOT NULL,
    result jsonb NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE privacy.kept (
    table_name text NOT NULL,
    because text NOT NULL,
    CONSTRAINT kept_because_check CHECK ((because <> ''::text))
);

ALTER TABLE privacy.requests ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME privacy.requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.house_retired_facts (
    table_name text NOT NULL,
    columns text[] NOT NULL,
    place bigint NOT NULL,
    month date NOT NULL,
    part integer NOT NULL,
    facts bigint NOT NULL,
    a numeric NOT NULL,
    b numeric NOT NULL,
    c numeric NOT NULL,
    d numeric NOT NULL
);

CREATE TABLE reconcile.bookings (
    load_id bigint NOT NULL,
    n integer NOT NULL,
    number text NOT NULL,
    customer text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    signed_on date NOT NULL,
    CONSTRAINT bookings_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT bookings_n_check CHECK ((n >= 1)),
    CONSTRAINT bookings_number_check CHECK ((number <> ''::text))
);

CREATE TABLE reconcile.closings (
    entity_id bigint NOT NULL,
    month date NOT NULL,
    seq integer NOT NULL,
    currency text NOT NULL,
    ledger_account smallint NOT NULL,
    amount bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT closings_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT closings_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT closings_seq_check CHECK ((seq >= 1))
);

CREATE TABLE reconcile.loads (
    id bigint NOT NULL,
    source text NOT NULL,
    entity_id bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    file text NOT NULL,
    digest bytea NOT NULL,
    rows integer NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT loads_check CHECK ((ends_on > starts_on)),
    CONSTRAINT loads_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT loads_rows_check CHECK ((rows >= 0)),
    CONSTRAINT loads_source_check CHECK ((source = ANY (ARRAY['bookings'::text, 'payouts'::text])))
);

ALTER TABLE reconcile.loads ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME reconcile.loads_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE reconcile.payouts (
    load_id bigint NOT NULL,
    n integer NOT NULL,
    paid_on date NOT NULL,
    transaction text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reference text NOT NULL,
    CONSTRAINT payouts_amount_check CHECK ((amount <> 0)),
    CONSTRAINT payouts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT payouts_n_check CHECK ((n >= 1))
);

CREATE TABLE revrec.assessment_decisions (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    number integer NOT NULL,
    event text NOT NULL,
    prepared_by bigint NOT NULL,
    by_user bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT assessment_decisions_event_check CHECK ((event = ANY (ARRAY['approved'::text, 'rejected'::text]))),
    CONSTRAINT assessments_four_eyes CHECK (((by_user <> prepared_by) AND (by_user <> 0))),
    CONSTRAINT assessments_rejected_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text)))
);

CREATE TABLE revrec.assessments (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    number integer NOT NULL,
    effective_on date NOT NULL,
    document jsonb NOT NULL,
    reason text NOT NULL,
    prepared_by bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT assessments_number_check CHECK ((number >= 1)),
    CONSTRAINT assessments_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE revrec.carried (
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    kind text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    month date NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT carried_amount_check CHECK ((amount <> 0)),
    CONSTRAINT carried_check CHECK ((ends_on > starts_on)),
    CONSTRAINT carried_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT carried_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

CREATE TABLE revrec.recognitions (
    account_id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    entry_seq bigint,
    month date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    late boolean NOT NULL,
    CONSTRAINT recognitions_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

CREATE TABLE revrec.schedule (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    entity_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    line text NOT NULL,
    kind text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    month date NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    recognition text NOT NULL,
    version integer NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    passed_on bigint DEFAULT 0 NOT NULL,
    assessment integer DEFAULT 0 NOT NULL,
    book text DEFAULT ''::text NOT NULL,
    CONSTRAINT schedule_assessment_check CHECK ((assessment >= 0)),
    CONSTRAINT schedule_book_check CHECK ((book = ANY (ARRAY[''::text, 'us_gaap'::text, 'ifrs'::text]))),
    CONSTRAINT schedule_check CHECK ((ends_on > starts_on)),
    CONSTRAINT schedule_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT schedule_id_check CHECK ((id >= 1)),
    CONSTRAINT schedule_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT schedule_recognition_check CHECK ((recognition = ANY (ARRAY['ratable'::text, 'as_used'::text, 'point_in_time'::text]))),
    CONSTRAINT schedule_says_something CHECK (((amount <> 0) OR (passed_on <> 0)))
);

CREATE TABLE spend.fired (
    account_id bigint NOT NULL,
    rule text NOT NULL,
    period_key date NOT NULL,
    threshold numeric NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    customer_id bigint NOT NULL,
    contract_id bigint,
    kind text NOT NULL,
    subject text NOT NULL,
    unit text NOT NULL,
    value numeric NOT NULL,
    size numeric,
    mailed text DEFAULT ''::text NOT NULL,
    fired_on date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT fired_kind_check CHECK ((kind = ANY (ARRAY['amount'::text, 'units'::text, 'percent'::text])))
);

CREATE TABLE spend.looked (
    name text NOT NULL,
    seen_order bigint NOT NULL,
    through date
);

CREATE SEQUENCE spend.rule_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE spend.rules (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    revision integer NOT NULL,
    customer_id bigint NOT NULL,
    contract_id bigint,
    kind text NOT NULL,
    meter text DEFAULT ''::text NOT NULL,
    line text DEFAULT ''::text NOT NULL,
    limit_kind text DEFAULT ''::text NOT NULL,
    limit_id text DEFAULT ''::text NOT NULL,
    thresholds numeric[] NOT NULL,
    roles text[] NOT NULL,
    addresses text[] NOT NULL,
    set_by text NOT NULL,
    removed boolean DEFAULT false NOT NULL,
    by_user bigint NOT NULL,
    by_name text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rules_kind_check CHECK ((kind = ANY (ARRAY['amount'::text, 'units'::text, 'percent'::text]))),
    CONSTRAINT rules_limit_kind_check CHECK ((limit_kind = ANY (ARRAY[''::text, 'cap'::text, 'prepaid'::text, 'credit'::text, 'commitment'::text]))),
    CONSTRAINT rules_of_a_line_or_limit_name_the_contract CHECK (((contract_id IS NOT NULL) OR ((line = ''::text) AND (limit_kind = ''::text)))),
    CONSTRAINT rules_of_percent_name_a_limit CHECK (((kind = 'percent'::text) = ((limit_kind <> ''::text) AND (limit_id <> ''::text)))),
    CONSTRAINT rules_of_units_name_what_counts CHECK (((kind = 'units'::text) = ((meter <> ''::text) <> (line <> ''::text)))),
    CONSTRAINT rules_revision_check CHECK ((revision >= 1)),
    CONSTRAINT rules_set_by_check CHECK ((set_by = ANY (ARRAY['staff'::text, 'customer'::text]))),
    CONSTRAINT rules_thresholds_check CHECK (((cardinality(thresholds) >= 1) AND (cardinality(thresholds) <= 10)))
);

CREATE TABLE subledger.facts (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    source text NOT NULL,
    external_id text NOT NULL,
    kind text NOT NULL,
    happened_on date NOT NULL,
    told jsonb NOT NULL,
    by_user bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT facts_external_id_check CHECK ((external_id <> ''::text)),
    CONSTRAINT facts_source_check CHECK ((source <> ''::text))
);

CREATE TABLE tax.cities (
    country text NOT NULL,
    region text NOT NULL,
    city text NOT NULL,
    place text NOT NULL,
    source text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT cities_city_check CHECK ((city = lower(city)))
);

CREATE TABLE tax.exemption_decisions (
    account_id bigint NOT NULL,
    exemption_id bigint NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    verdict text NOT NULL,
    decided_on date NOT NULL,
    decided_by text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT exemption_decisions_decided_by_check CHECK ((decided_by <> ''::text)),
    CONSTRAINT exemption_decisions_verdict_check CHECK ((verdict = ANY (ARRAY['verified'::text, 'rejected'::text, 'revoked'::text])))
);

CREATE TABLE tax.exemptions (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    place text NOT NULL,
    product text NOT NULL,
    form text NOT NULL,
    reason text NOT NULL,
    number text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT exemptions_check CHECK ((ends_on > starts_on)),
    CONSTRAINT exemptions_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE tax.exemptions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME tax.exemptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tax.phrases (
    code text NOT NULL,
    language text NOT NULL,
    text text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT phrases_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
    CONSTRAINT phrases_text_check CHECK ((text <> ''::text))
);

CREATE TABLE tax.places (
    code text NOT NULL,
    parent text,
    level text NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    stacking text NOT NULL,
    locals text NOT NULL,
    self_administered boolean NOT NULL,
    rounding text NOT NULL,
    language text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT places_code_check CHECK ((code <> ''::text)),
    CONSTRAINT places_level_check CHECK ((level = ANY (ARRAY['union'::text, 'country'::text, 'state'::text, 'province'::text, 'county'::text, 'city'::text, 'district'::text, 'territory'::text]))),
    CONSTRAINT places_locals_check CHECK ((locals = ANY (ARRAY['none'::text, 'partial'::text]))),
    CONSTRAINT places_name_check CHECK ((name <> ''::text)),
    CONSTRAINT places_stacking_check CHECK ((stacking = ANY (ARRAY['additive'::text, 'replaces'::text])))
);

CREATE TABLE tax.postcodes (
    country text NOT NULL,
    region text NOT NULL,
    place text NOT NULL,
    first text NOT NULL,
    last text NOT NULL,
    source text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT postcodes_check CHECK (((first <= last) AND (length(first) = length(last))))
);

CREATE TABLE tax.product_codes (
    code text NOT NULL,
    name text NOT NULL,
    family text NOT NULL,
    eu_consumer_rule text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT product_codes_code_check CHECK ((code <> ''::text)),
    CONSTRAINT product_codes_eu_consumer_rule_check CHECK ((eu_consumer_rule = ANY (ARRAY['art45'::text, 'art58'::text, 'art59'::text])))
);

CREATE TABLE tax.rates (
    place text NOT NULL,
    tax text NOT NULL,
    class text NOT NULL,
    rate numeric(9,7) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    source text NOT NULL,
    confidence text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rates_check CHECK ((ends_on > starts_on)),
    CONSTRAINT rates_class_check CHECK ((class <> ''::text)),
    CONSTRAINT rates_confidence_check CHECK ((confidence = ANY (ARRAY['high'::text, 'medium'::text, 'low'::text]))),
    CONSTRAINT rates_rate_check CHECK (((rate >= (0)::numeric) AND (rate < (1)::numeric))),
    CONSTRAINT rates_tax_check CHECK ((tax = ANY (ARRAY['sales'::text, 'lease'::text, 'vat'::text, 'gst'::text, 'hst'::text, 'pst'::text, 'qst'::text, 'rst'::text, 'jct'::text])))
);

CREATE TABLE tax.registrations (
    entity text NOT NULL,
    place text NOT NULL,
    scheme text NOT NULL,
    number text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT registrations_check CHECK ((ends_on > starts_on)),
    CONSTRAINT registrations_entity_check CHECK ((entity <> ''::text)),
    CONSTRAINT registrations_scheme_check CHECK ((scheme = ANY (ARRAY['local'::text, 'oss_union'::text, 'oss_nonunion'::text, 'simplified'::text])))
);

CREATE TABLE tax.remote (
    place text NOT NULL,
    reason text NOT NULL,
    note text NOT NULL,
    citation text NOT NULL,
    source text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT remote_reason_check CHECK ((reason = ANY (ARRAY['reverse_charge'::text, 'outside_scope'::text, 'not_subject_to_tax'::text])))
);

CREATE TABLE tax.sources (
    code text NOT NULL,
    title text NOT NULL,
    as_of date NOT NULL,
    license text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sources_code_check CHECK ((code <> ''::text)),
    CONSTRAINT sources_title_check CHECK ((title <> ''::text))
);

CREATE TABLE tax.taxability (
    place text NOT NULL,
    product text NOT NULL,
    customer_kind text NOT NULL,
    treatment text NOT NULL,
    share numeric(5,4) NOT NULL,
    class text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    citation text NOT NULL,
    confidence text NOT NULL,
    source text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT taxability_check CHECK ((ends_on > starts_on)),
    CONSTRAINT taxability_citation_check CHECK ((citation <> ''::text)),
    CONSTRAINT taxability_confidence_check CHECK ((confidence = ANY (ARRAY['high'::text, 'medium'::text, 'low'::text]))),
    CONSTRAINT taxability_customer_kind_check CHECK ((customer_kind = ANY (ARRAY['any'::text, 'business'::text, 'consumer'::text, 'government'::text, 'nonprofit'::text]))),
    CONSTRAINT taxability_product_check CHECK ((product <> ''::text)),
    CONSTRAINT taxability_share_check CHECK (((share > (0)::numeric) AND (share <= (1)::numeric))),
    CONSTRAINT taxability_treatment_check CHECK ((treatment = ANY (ARRAY['taxable'::text, 'exempt'::text, 'no_tax'::text, 'undecided'::text])))
);

CREATE TABLE usage.aliases (
    kind text NOT NULL,
    alias text NOT NULL,
    revision integer NOT NULL,
    means text NOT NULL,
    reason text NOT NULL,
    user_id bigint DEFAULT 0 NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT aliases_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT aliases_alias_check CHECK ((alias <> ''::text)),
    CONSTRAINT aliases_kind_check CHECK ((kind = ANY (ARRAY['customer'::text, 'meter'::text]))),
    CONSTRAINT aliases_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT aliases_revision_check CHECK ((revision > 0))
);

CREATE TABLE usage.archives (
    month date NOT NULL,
    part integer NOT NULL,
    file text NOT NULL,
    sha256 bytea NOT NULL,
    events bigint NOT NULL,
    through_order bigint NOT NULL,
    meters bigint[] NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT archives_events_check CHECK ((events > 0)),
    CONSTRAINT archives_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT archives_part_check CHECK ((part > 0)),
    CONSTRAINT archives_sha256_check CHECK ((length(sha256) = 32))
);

CREATE SEQUENCE usage.backfill_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE usage.backfills (
    account_id bigint NOT NULL,
    id bigint DEFAULT nextval('usage.backfill_ids'::regclass) NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    source text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    events integer NOT NULL,
    body bytea NOT NULL,
    user_id bigint DEFAULT 0 NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT backfills_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT backfills_check CHECK ((until_at > from_at)),
    CONSTRAINT backfills_events_check CHECK ((events >= 0)),
    CONSTRAINT backfills_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE usage.backfills_applied (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    added integer NOT NULL,
    amended integer NOT NULL,
    retracted integer NOT NULL,
    unchanged integer NOT NULL,
    user_id bigint DEFAULT 0 NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT backfills_applied_actor_check CHECK ((actor <> ''::text))
);

CREATE TABLE usage.conflict_decisions (
    account_id bigint NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    decision text NOT NULL,
    reason text NOT NULL,
    user_id bigint DEFAULT 0 NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT conflict_decisions_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT conflict_decisions_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'dismissed'::text]))),
    CONSTRAINT conflict_decisions_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE usage.conflicts (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    customer text NOT NULL,
    meter text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    dimensions jsonb,
    source text NOT NULL,
    event_id text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE usage.conflicts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME usage.conflicts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE usage.corrections (
    account_id bigint NOT NULL,
    key uuid NOT NULL,
    revision integer NOT NULL,
    action text NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    dimensions jsonb,
    source text NOT NULL,
    event_id text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    request text,
    user_id bigint DEFAULT 0 NOT NULL,
    CONSTRAINT corrections_account_id_check CHECK ((account_id > 0)),
    CONSTRAINT corrections_action_check CHECK ((action = ANY (ARRAY['amend'::text, 'retract'::text, 'restore'::text]))),
    CONSTRAINT corrections_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT corrections_customer_id_check CHECK ((customer_id > 0)),
    CONSTRAINT corrections_meter_id_check CHECK ((meter_id > 0)),
    CONSTRAINT corrections_quantity_check CHECK (((quantity >= (0)::numeric) AND (quantity < '1000000000000000000'::numeric))),
    CONSTRAINT corrections_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT corrections_request_check CHECK ((request <> ''::text)),
    CONSTRAINT corrections_revision_check CHECK ((revision > 0))
);

CREATE TABLE usage.events (
    account_id bigint NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    dimensions jsonb,
    source text NOT NULL,
    event_id text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT events_account_id_check1 CHECK ((account_id > 0)),
    CONSTRAINT events_customer_id_check1 CHECK ((customer_id > 0)),
    CONSTRAINT events_meter_id_check1 CHECK ((meter_id > 0)),
    CONSTRAINT events_quantity_check1 CHECK (((quantity >= (0)::numeric) AND (quantity < '1000000000000000000'::numeric)))
)
PARTITION BY RANGE (occurred_at);

CREATE TABLE usage.held_events (
    account_id bigint NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    dimensions jsonb,
    source text NOT NULL,
    event_id text NOT NULL,
    known_order bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

CREATE VIEW usage.counted AS
 SELECT e.account_id,
    e.key,
    0 AS revision,
    e.customer_id,
    e.meter_id,
    e.occurred_at,
    e.quantity,
    e.dimensions,
    e.source,
    e.event_id,
    e.known_order,
    e.recorded_at
   FROM usage.events e
  WHERE (NOT (EXISTS ( SELECT
           FROM usage.corrections c
          WHERE ((c.account_id = e.account_id) AND (c.key = e.key)))))
UNION ALL
 SELECT e.account_id,
    e.key,
    0 AS revision,
    e.customer_id,
    e.meter_id,
    e.occurred_at,
    e.quantity,
    e.dimensions,
    e.source,
    e.event_id,
    e.known_order,
    e.recorded_at
   FROM usage.held_events e
  WHERE (NOT (EXISTS ( SELECT
           FROM usage.corrections c
          WHERE ((c.account_id = e.account_id) AND (c.key = e.key)))))
UNION ALL
 SELECT c.account_id,
    c.key,
    c.revision,
    c.customer_id,
    c.meter_id,
    c.occurred_at,
    c.quantity,
    c.dimensions,
    c.source,
    c.event_id,
    c.known_order,
    c.recorded_at
   FROM usage.corrections c
  WHERE ((c.action <> 'retract'::text) AND (NOT (EXISTS ( SELECT
           FROM usage.corrections n
          WHERE ((n.account_id = c.account_id) AND (n.key = c.key) AND (n.revision > c.revision))))));

CREATE TABLE usage.days (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    day date NOT NULL,
    quantity numeric NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT days_events_check CHECK ((events >= 0))
)
WITH (fillfactor='80');

CREATE TABLE usage.deadlines (
    account_id bigint NOT NULL,
    "position" integer NOT NULL,
    contract text NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    anchor date NOT NULL,
    cadence text NOT NULL,
    days integer,
    CONSTRAINT deadlines_account_id_check CHECK ((account_id > 0)),
    CONSTRAINT deadlines_cadence_check CHECK ((cadence = ANY (ARRAY['month'::text, 'quarter'::text, 'half-year'::text, 'year'::text, 'term'::text]))),
    CONSTRAINT deadlines_check CHECK ((ends_on > starts_on)),
    CONSTRAINT deadlines_customer_id_check CHECK ((customer_id > 0)),
    CONSTRAINT deadlines_days_check CHECK ((days > 0)),
    CONSTRAINT deadlines_meter_id_check CHECK ((meter_id > 0))
);

CREATE TABLE usage.dimension_days (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    day date NOT NULL,
    dimensions jsonb NOT NULL,
    quantity numeric NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT dimension_days_dimensions_check CHECK ((jsonb_typeof(dimensions) = 'object'::text)),
    CONSTRAINT dimension_days_events_check CHECK ((events >= 0))
)
WITH (fillfactor='80');

CREATE TABLE usage.dispositions (
    key uuid NOT NULL,
    content uuid NOT NULL,
    revision integer NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    user_id bigint DEFAULT 0 NOT NULL,
    actor text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dispositions_action_check CHECK ((action = ANY (ARRAY['accept'::text, 'discard'::text, 'return'::text, 'late'::text]))),
    CONSTRAINT dispositions_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT dispositions_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT dispositions_revision_check CHECK ((revision > 0))
);

CREATE TABLE usage.keys (
    account_id bigint NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    CONSTRAINT keys_account_id_check CHECK ((account_id > 0))
);

CREATE TABLE usage.quarantine (
    key uuid NOT NULL,
    content uuid NOT NULL,
    customer text NOT NULL,
    meter text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    dimensions jsonb,
    source text NOT NULL,
    event_id text NOT NULL,
    reason text NOT NULL,
    "position" integer NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    deadline date,
    contract text,
    CONSTRAINT quarantine_quantity_check CHECK (((quantity >= (0)::numeric) AND (quantity < '1000000000000000000'::numeric))),
    CONSTRAINT quarantine_reason_check CHECK ((reason = ANY (ARRAY['unknown customer'::text, 'unknown meter'::text, 'unknown customer and meter'::text, 'late'::text]))),
    CONSTRAINT quarantine_says_until_when CHECK (((reason = 'late'::text) = ((deadline IS NOT NULL) AND (contract IS NOT NULL))))
);

CREATE TABLE usage.quarter_hours (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    bucket_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT quarter_hours_events_check CHECK ((events >= 0)),
    CONSTRAINT quarter_hours_on_the_quarter CHECK ((((EXTRACT(epoch FROM bucket_at))::bigint % (900)::bigint) = 0))
)
WITH (fillfactor='80');

CREATE TABLE usage.releases (
    key uuid NOT NULL,
    content uuid NOT NULL,
    account_id bigint NOT NULL,
    outcome text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT releases_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'repeated'::text, 'conflict'::text])))
);

CREATE TABLE usage.waiting (
    key uuid NOT NULL,
    content uuid NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    customer text NOT NULL,
    meter text NOT NULL,
    deadline date,
    contract text,
    first_on timestamp with time zone NOT NULL,
    queue_order bigint NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT waiting_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'discarded'::text])))
);

CREATE TABLE webhook.attempts (
    id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    latency_ms integer NOT NULL,
    url text NOT NULL,
    code integer,
    error text DEFAULT ''::text NOT NULL,
    request_headers jsonb,
    response_headers jsonb,
    response_body text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attempts_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT attempts_latency_ms_check CHECK ((latency_ms >= 0)),
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['delivered'::text, 'failed'::text, 'lost'::text])))
);

ALTER TABLE webhook.attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhook.attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE webhook.deliveries (
    id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    sequence bigint NOT NULL,
    lane bigint NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    after_failed bigint,
    last_code integer,
    last_error text DEFAULT ''::text NOT NULL,
    delivered_at timestamp with time zone,
    replayed_at timestamp with time zone,
    CONSTRAINT deliveries_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT deliveries_lease_while_sending CHECK (((state = 'sending'::text) = (lease_until IS NOT NULL))),
    CONSTRAINT deliveries_say_when CHECK (((state <> 'delivered'::text) OR (delivered_at IS NOT NULL))),
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'delivered'::text, 'failed'::text, 'dropped'::text]))),
    CONSTRAINT deliveries_tries_check CHECK ((tries >= 0))
)
WITH (fillfactor='70');

ALTER TABLE webhook.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhook.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE webhook.endpoints (
    id bigint NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    types text[] NOT NULL,
    status text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    status_at timestamp with time zone DEFAULT now() NOT NULL,
    failing_since timestamp with time zone,
    owner_email text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT endpoints_created_by_check CHECK ((created_by <> ''::text)),
    CONSTRAINT endpoints_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'removed'::text]))),
    CONSTRAINT endpoints_url_check CHECK (((url ~ '^https?://'::text) AND (length(url) <= 2000)))
);

ALTER TABLE webhook.endpoints ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhook.endpoints_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE webhook.sequences
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE webhook.events (
    sequence bigint DEFAULT nextval('webhook.sequences'::regclass) NOT NULL,
    account_id bigint,
    key uuid NOT NULL,
    content uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    type text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    customer text,
    data json,
    CONSTRAINT events_object_id_check CHECK ((object_id <> ''::text)),
    CONSTRAINT events_object_kind_check CHECK ((object_kind <> ''::text)),
    CONSTRAINT events_type_check CHECK ((type ~ '^[a-z_]+\.[a-z_]+$'::text))
);

CREATE TABLE webhook.secrets (
    endpoint_id bigint NOT NULL,
    id bigint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT secrets_secret_check CHECK (((length(secret) >= 24) AND (length(secret) <= 64)))
);

ALTER TABLE webhook.secrets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhook.secrets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (subject_kind, subject_key, seq);

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_subject_kind_subject_key_seq_requested_by_prepare_key UNIQUE (subject_kind, subject_key, seq, requested_by, prepared_by, decide_roles);

ALTER TABLE ONLY access.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY access.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY access.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY access.users
    ADD CONSTRAINT users_email_is_unique UNIQUE (email);

ALTER TABLE ONLY access.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY api.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY catalog.decisions
    ADD CONSTRAINT decisions_follow_one_another PRIMARY KEY (proposal_id, seq);

ALTER TABLE ONLY catalog.meters
    ADD CONSTRAINT meters_code_is_unique UNIQUE (code);

ALTER TABLE ONLY catalog.meters
    ADD CONSTRAINT meters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.plan_versions
    ADD CONSTRAINT plan_versions_are_numbered_once PRIMARY KEY (code, version);

ALTER TABLE ONLY catalog.product_versions
    ADD CONSTRAINT product_versions_are_numbered_once PRIMARY KEY (product_id, version);

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_code_is_unique UNIQUE (code);

ALTER TABLE ONLY catalog.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.proposals
    ADD CONSTRAINT proposals_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY catalog.proposals
    ADD CONSTRAINT proposals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY closing.due_days
    ADD CONSTRAINT due_days_pkey PRIMARY KEY (entity_id, code, known_order);

ALTER TABLE ONLY closing.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (entity_id, month, event_seq, code);

ALTER TABLE ONLY closing.sealed_entries
    ADD CONSTRAINT sealed_entries_pkey PRIMARY KEY (entity_id, month, event_seq, account_id, seq);

ALTER TABLE ONLY closing.sealed_inputs
    ADD CONSTRAINT sealed_inputs_pkey PRIMARY KEY (entity_id, month, event_seq, table_name);

ALTER TABLE ONLY closing.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (entity_id, month, event_seq);

ALTER TABLE ONLY contracts.attachments
    ADD CONSTRAINT attachments_account_id_contract_id_version_sha256_key UNIQUE (account_id, contract_id, version, sha256);

ALTER TABLE ONLY contracts.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY contracts.concessions
    ADD CONSTRAINT concessions_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY contracts.contracts
    ADD CONSTRAINT contracts_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (account_id, contract_id, version, seq);

ALTER TABLE ONLY contracts.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (account_id, contract_id, line);

ALTER TABLE ONLY contracts.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (account_id, contract_id, ends_on, seq);

ALTER TABLE ONLY contracts.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY contracts.payers
    ADD CONSTRAINT payers_pkey PRIMARY KEY (account_id, contract_id, effective_on, known_order);

ALTER TABLE ONLY contracts.programmes
    ADD CONSTRAINT programmes_follow_one_another PRIMARY KEY (code, version);

ALTER TABLE ONLY contracts.rule_decisions
    ADD CONSTRAINT rule_decisions_pkey PRIMARY KEY (kind, version);

ALTER TABLE ONLY contracts.rules
    ADD CONSTRAINT rules_kind_version_prepared_by_key UNIQUE (kind, version, prepared_by);

ALTER TABLE ONLY contracts.rules
    ADD CONSTRAINT rules_pkey PRIMARY KEY (kind, version);

ALTER TABLE ONLY contracts.sign_up_releases
    ADD CONSTRAINT sign_up_releases_pkey PRIMARY KEY (key);

ALTER TABLE ONLY contracts.sign_ups
    ADD CONSTRAINT sign_ups_pkey PRIMARY KEY (key);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_account_id_contract_id_version_prepared_by_key UNIQUE (account_id, contract_id, version, prepared_by);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_name_their_plan UNIQUE (account_id, contract_id, version, plan_code, plan_version);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (account_id, contract_id, version);

ALTER TABLE ONLY cost.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (fact_id);

ALTER TABLE ONLY cost.facts
    ADD CONSTRAINT facts_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY cost.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cost.movements
    ADD CONSTRAINT movements_follow_one_another PRIMARY KEY (account_id, cost_id, n);

ALTER TABLE ONLY customers.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY customers.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (customer_id, role, starts_on, known_order);

ALTER TABLE ONLY customers.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (customer_id, role, email_key, starts_on, known_order);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_external_id_is_unique UNIQUE (external_id);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_id_account_id_key UNIQUE (id, account_id);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY customers.invoice_modes
    ADD CONSTRAINT invoice_modes_pkey PRIMARY KEY (customer_id, starts_on, known_order);

ALTER TABLE ONLY customers.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (duplicate_id, known_order);

ALTER TABLE ONLY customers.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (customer_id, starts_on, known_order);

ALTER TABLE ONLY customers.screening_decisions
    ADD CONSTRAINT screening_decisions_pkey PRIMARY KEY (screening_id);

ALTER TABLE ONLY customers.screening_entries
    ADD CONSTRAINT screening_entries_pkey PRIMARY KEY (list_id, entry);

ALTER TABLE ONLY customers.screening_lists
    ADD CONSTRAINT screening_lists_pkey PRIMARY KEY (id);

ALTER TABLE ONLY customers.screening_names
    ADD CONSTRAINT screening_names_pkey PRIMARY KEY (list_id, entry, seq);

ALTER TABLE ONLY customers.screening_words
    ADD CONSTRAINT screening_words_pkey PRIMARY KEY (list_id, word);

ALTER TABLE ONLY customers.screenings
    ADD CONSTRAINT screenings_id_entered_by_key UNIQUE (id, entered_by);

ALTER TABLE ONLY customers.screenings
    ADD CONSTRAINT screenings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY customers.search_terms
    ADD CONSTRAINT search_terms_pkey PRIMARY KEY (customer_id, kind, term);

ALTER TABLE ONLY customers.tax_ids
    ADD CONSTRAINT tax_ids_pkey PRIMARY KEY (customer_id, kind, country, value, starts_on, known_order);

ALTER TABLE ONLY entities.accounting_periods
    ADD CONSTRAINT accounting_periods_do_not_overlap EXCLUDE USING gist (calendar WITH =, daterange(starts_on, ends_on) WITH &&);

ALTER TABLE ONLY entities.accounting_periods
    ADD CONSTRAINT accounting_periods_pkey PRIMARY KEY (calendar, name);

ALTER TABLE ONLY entities.entities
    ADD CONSTRAINT entities_code_is_unique UNIQUE (code);

ALTER TABLE ONLY entities.entities
    ADD CONSTRAINT entities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY entities.fx_rates
    ADD CONSTRAINT fx_rates_pkey PRIMARY KEY (base, quote, quoted_on, known_order);

ALTER TABLE ONLY entities.number_counters
    ADD CONSTRAINT number_counters_pkey PRIMARY KEY (entity_id, kind, year);

ALTER TABLE ONLY entities.tax_ids
    ADD CONSTRAINT tax_ids_pkey PRIMARY KEY (entity_id, "position");

ALTER TABLE ONLY entitlements.announced
    ADD CONSTRAINT announced_pkey PRIMARY KEY (account_id, customer_id);

ALTER TABLE ONLY evidence.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (sample_id, n);

ALTER TABLE ONLY evidence.samples
    ADD CONSTRAINT samples_pkey PRIMARY KEY (id);

ALTER TABLE ONLY exports.batch_entries
    ADD CONSTRAINT batch_entries_go_once PRIMARY KEY (account_id, entry_seq, target, round);

ALTER TABLE ONLY exports.batch_events
    ADD CONSTRAINT batch_events_batch_id_seq_event_key UNIQUE (batch_id, seq, event);

ALTER TABLE ONLY exports.batch_events
    ADD CONSTRAINT batch_events_follow_one_another PRIMARY KEY (batch_id, seq);

ALTER TABLE ONLY exports.batch_files
    ADD CONSTRAINT batch_files_batch_id_name_key UNIQUE (batch_id, name);

ALTER TABLE ONLY exports.batch_files
    ADD CONSTRAINT batch_files_pkey PRIMARY KEY (batch_id, n);

ALTER TABLE ONLY exports.batches
    ADD CONSTRAINT batches_follow_one_another UNIQUE (entity_id, currency, month, target, seq);

ALTER TABLE ONLY exports.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY exports.mapping_decisions
    ADD CONSTRAINT mapping_decisions_pkey PRIMARY KEY (proposal_id);

ALTER TABLE ONLY exports.mapping_decisions
    ADD CONSTRAINT mapping_decisions_version_key UNIQUE (version);

ALTER TABLE ONLY exports.mapping_proposals
    ADD CONSTRAINT mapping_proposals_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY exports.mapping_proposals
    ADD CONSTRAINT mapping_proposals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY exports.mapping_rules
    ADD CONSTRAINT mapping_rules_pkey PRIMARY KEY (proposal_id, n);

ALTER TABLE ONLY exports.mapping_rules
    ADD CONSTRAINT mapping_rules_proposal_id_code_starts_on_key UNIQUE (proposal_id, code, starts_on);

ALTER TABLE ONLY invoicing.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (account_id, seq);

ALTER TABLE ONLY invoicing.hold_releases
    ADD CONSTRAINT holds_are_released_once PRIMARY KEY (account_id, hold_id);

ALTER TABLE ONLY invoicing.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY invoicing.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (account_id, seq, n);

ALTER TABLE ONLY invoicing.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY invoicing.run_events
    ADD CONSTRAINT run_events_pkey PRIMARY KEY (run_id, seq);

ALTER TABLE ONLY invoicing.run_failures
    ADD CONSTRAINT run_failures_pkey PRIMARY KEY (run_id, account_id, attempt);

ALTER TABLE ONLY invoicing.run_holds
    ADD CONSTRAINT run_holds_pkey PRIMARY KEY (run_id, account_id, hold_id, payer_id, currency);

ALTER TABLE ONLY invoicing.runs
    ADD CONSTRAINT runs_as_of_key UNIQUE (as_of);

ALTER TABLE ONLY invoicing.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY invoicing.tax_lines
    ADD CONSTRAINT tax_lines_pkey PRIMARY KEY (account_id, seq, n);

ALTER TABLE ONLY invoicing.voids
    ADD CONSTRAINT voids_pkey PRIMARY KEY (account_id, seq);

ALTER TABLE ONLY jobs.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (run_id, attempt);

ALTER TABLE ONLY jobs.runs
    ADD CONSTRAINT runs_each_tick_once UNIQUE (job, due_at);

ALTER TABLE ONLY jobs.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (job);

ALTER TABLE ONLY journals.attachments
    ADD CONSTRAINT attachments_come_once UNIQUE (journal_id, sha256);

ALTER TABLE ONLY journals.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journals.charge_lines
    ADD CONSTRAINT charge_lines_pkey PRIMARY KEY (account_id, reference, rule, contract_id, line, month);

ALTER TABLE ONLY journals.charges
    ADD CONSTRAINT charges_account_id_reference_key UNIQUE (account_id, reference);

ALTER TABLE ONLY journals.charges
    ADD CONSTRAINT charges_follow_one_another PRIMARY KEY (account_id, seller_id, serving_id, currency, month, n);

ALTER TABLE ONLY journals.events
    ADD CONSTRAINT events_follow_one_another PRIMARY KEY (journal_id, seq);

ALTER TABLE ONLY journals.events
    ADD CONSTRAINT events_journal_id_seq_event_key UNIQUE (journal_id, seq, event);

ALTER TABLE ONLY journals.journals
    ADD CONSTRAINT journals_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY journals.journals
    ADD CONSTRAINT journals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journals.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (journal_id, n);

ALTER TABLE ONLY journals.posted
    ADD CONSTRAINT posted_is_taken_back_once UNIQUE (account_id, reverses);

ALTER TABLE ONLY journals.posted
    ADD CONSTRAINT posted_numbers_are_taken_once UNIQUE (account_id, number);

ALTER TABLE ONLY journals.posted
    ADD CONSTRAINT posted_once PRIMARY KEY (account_id, journal_id, occurrence, part);

ALTER TABLE ONLY journals.rule_decisions
    ADD CONSTRAINT rule_decisions_pkey PRIMARY KEY (rule_id);

ALTER TABLE ONLY journals.rules
    ADD CONSTRAINT rules_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY journals.rules
    ADD CONSTRAINT rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journals.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (code, known_order);

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_code_key UNIQUE (code);

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ledger.billed
    ADD CONSTRAINT billed_pkey PRIMARY KEY (account_id, entry_seq, n);

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_book_a_source_once UNIQUE (account_id, source);

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (account_id, seq);

ALTER TABLE ONLY ledger.month_events
    ADD CONSTRAINT month_events_pkey PRIMARY KEY (entity_id, month, seq);

ALTER TABLE ONLY ledger.policy_decisions
    ADD CONSTRAINT policies_are_decided_once PRIMARY KEY (entity_id, book, number);

ALTER TABLE ONLY ledger.policies
    ADD CONSTRAINT policies_are_numbered PRIMARY KEY (entity_id, book, number);

ALTER TABLE ONLY ledger.postings
    ADD CONSTRAINT postings_pkey PRIMARY KEY (account_id, entry_seq, n);

ALTER TABLE ONLY mail.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (outbox_id, "position");

ALTER TABLE ONLY mail.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mail.outbox
    ADD CONSTRAINT outbox_key_is_unique UNIQUE (message_key);

ALTER TABLE ONLY mail.outbox
    ADD CONSTRAINT outbox_message_id_is_unique UNIQUE (message_id);

ALTER TABLE ONLY mail.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY onboarding.balances
    ADD CONSTRAINT balances_are_told_in_turn PRIMARY KEY (account_id, key, revision);

ALTER TABLE ONLY onboarding.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY onboarding.invoices
    ADD CONSTRAINT invoices_are_told_in_turn PRIMARY KEY (account_id, number, revision);

ALTER TABLE ONLY onboarding.steps
    ADD CONSTRAINT steps_follow_each_other PRIMARY KEY (cohort, customer, seq);

ALTER TABLE ONLY opening.brought
    ADD CONSTRAINT brought_once PRIMARY KEY (account_id, file_id);

ALTER TABLE ONLY opening.files
    ADD CONSTRAINT files_bring_a_day_over_once UNIQUE (entity_id, currency, cut_over, part);

ALTER TABLE ONLY opening.files
    ADD CONSTRAINT files_id_prepared_by_key UNIQUE (id, prepared_by);

ALTER TABLE ONLY opening.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY opening.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (file_id);

ALTER TABLE ONLY partners.settlements
    ADD CONSTRAINT settlements_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_pkey PRIMARY KEY (account_id, receipt_id, n);

ALTER TABLE ONLY payments.losses
    ADD CONSTRAINT losses_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY payments.movements
    ADD CONSTRAINT movements_are_recorded_once PRIMARY KEY (entity_id, key);

ALTER TABLE ONLY payments.movements
    ADD CONSTRAINT movements_receipt_id_key UNIQUE (receipt_id);

ALTER TABLE ONLY payments.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY privacy.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (request_id);

ALTER TABLE ONLY privacy.kept
    ADD CONSTRAINT kept_pkey PRIMARY KEY (table_name);

ALTER TABLE ONLY privacy.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.house_retired_facts
    ADD CONSTRAINT house_retired_facts_pkey PRIMARY KEY (table_name, columns, place, month, part);

ALTER TABLE ONLY reconcile.bookings
    ADD CONSTRAINT bookings_are_listed_once UNIQUE (load_id, number);

ALTER TABLE ONLY reconcile.bookings
    ADD CONSTRAINT bookings_pkey PRIMARY KEY (load_id, n);

ALTER TABLE ONLY reconcile.closings
    ADD CONSTRAINT closings_pkey PRIMARY KEY (entity_id, month, seq, currency, ledger_account);

ALTER TABLE ONLY reconcile.loads
    ADD CONSTRAINT loads_are_loaded_once UNIQUE (source, entity_id, starts_on, ends_on, digest);

ALTER TABLE ONLY reconcile.loads
    ADD CONSTRAINT loads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY reconcile.payouts
    ADD CONSTRAINT payouts_pkey PRIMARY KEY (load_id, n);

ALTER TABLE ONLY revrec.assessment_decisions
    ADD CONSTRAINT assessments_are_decided_once PRIMARY KEY (account_id, contract_id, number);

ALTER TABLE ONLY revrec.assessments
    ADD CONSTRAINT assessments_are_numbered PRIMARY KEY (account_id, contract_id, number);

ALTER TABLE ONLY revrec.carried
    ADD CONSTRAINT carried_once PRIMARY KEY (account_id, contract_id, line, kind, starts_on, ends_on, month);

ALTER TABLE ONLY revrec.recognitions
    ADD CONSTRAINT recognitions_recognize_a_row_once PRIMARY KEY (account_id, schedule_id);

ALTER TABLE ONLY revrec.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY spend.fired
    ADD CONSTRAINT fired_once PRIMARY KEY (account_id, rule, period_key, unit, threshold);

ALTER TABLE ONLY spend.looked
    ADD CONSTRAINT looked_pkey PRIMARY KEY (name);

ALTER TABLE ONLY spend.rules
    ADD CONSTRAINT rules_pkey PRIMARY KEY (account_id, id, revision);

ALTER TABLE ONLY subledger.facts
    ADD CONSTRAINT facts_are_told_once PRIMARY KEY (account_id, source, external_id);

ALTER TABLE ONLY tax.cities
    ADD CONSTRAINT cities_pkey PRIMARY KEY (country, region, city, place);

ALTER TABLE ONLY tax.exemption_decisions
    ADD CONSTRAINT exemption_decisions_pkey PRIMARY KEY (account_id, exemption_id, known_order);

ALTER TABLE ONLY tax.exemptions
    ADD CONSTRAINT exemptions_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY tax.phrases
    ADD CONSTRAINT phrases_pkey PRIMARY KEY (code, language);

ALTER TABLE ONLY tax.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (code);

ALTER TABLE ONLY tax.postcodes
    ADD CONSTRAINT postcodes_pkey PRIMARY KEY (country, region, place, first);

ALTER TABLE ONLY tax.product_codes
    ADD CONSTRAINT product_codes_pkey PRIMARY KEY (code);

ALTER TABLE ONLY tax.rates
    ADD CONSTRAINT rates_never_two_live EXCLUDE USING gist (place WITH =, tax WITH =, class WITH =, daterange(starts_on, ends_on) WITH &&);

ALTER TABLE ONLY tax.rates
    ADD CONSTRAINT rates_pkey PRIMARY KEY (place, tax, class, starts_on);

ALTER TABLE ONLY tax.registrations
    ADD CONSTRAINT registrations_never_two_live EXCLUDE USING gist (entity WITH =, place WITH =, scheme WITH =, daterange(starts_on, ends_on) WITH &&);

ALTER TABLE ONLY tax.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (entity, place, scheme, starts_on);

ALTER TABLE ONLY tax.remote
    ADD CONSTRAINT remote_pkey PRIMARY KEY (place);

ALTER TABLE ONLY tax.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (code);

ALTER TABLE ONLY tax.taxability
    ADD CONSTRAINT taxability_never_two_live EXCLUDE USING gist (place WITH =, product WITH =, customer_kind WITH =, daterange(starts_on, ends_on) WITH &&);

ALTER TABLE ONLY tax.taxability
    ADD CONSTRAINT taxability_pkey PRIMARY KEY (place, product, customer_kind, starts_on);

ALTER TABLE ONLY usage.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (kind, alias, revision);

ALTER TABLE ONLY usage.archives
    ADD CONSTRAINT archives_pkey PRIMARY KEY (month, part);

ALTER TABLE ONLY usage.backfills_applied
    ADD CONSTRAINT backfills_applied_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY usage.backfills
    ADD CONSTRAINT backfills_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY usage.conflict_decisions
    ADD CONSTRAINT conflict_decisions_pkey PRIMARY KEY (account_id, key, content);

ALTER TABLE ONLY usage.conflicts
    ADD CONSTRAINT conflicts_pkey PRIMARY KEY (account_id, key, content);

ALTER TABLE ONLY usage.corrections
    ADD CONSTRAINT corrections_pkey PRIMARY KEY (account_id, key, revision);

ALTER TABLE ONLY usage.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (account_id, customer_id, meter_id, day);

ALTER TABLE ONLY usage.deadlines
    ADD CONSTRAINT deadlines_pkey PRIMARY KEY (account_id, "position");

ALTER TABLE ONLY usage.dimension_days
    ADD CONSTRAINT dimension_days_pkey PRIMARY KEY (account_id, customer_id, meter_id, day, dimensions);

ALTER TABLE ONLY usage.dispositions
    ADD CONSTRAINT dispositions_pkey PRIMARY KEY (key, content, revision);

ALTER TABLE ONLY usage.held_events
    ADD CONSTRAINT held_events_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY usage.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY usage.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (key, content);

ALTER TABLE ONLY usage.quarter_hours
    ADD CONSTRAINT quarter_hours_pkey PRIMARY KEY (account_id, customer_id, meter_id, bucket_at);

ALTER TABLE ONLY usage.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (key, content);

ALTER TABLE ONLY usage.waiting
    ADD CONSTRAINT waiting_pkey PRIMARY KEY (key, content);

ALTER TABLE ONLY webhook.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook.deliveries
    ADD CONSTRAINT deliveries_once UNIQUE (endpoint_id, sequence);

ALTER TABLE ONLY webhook.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook.events
    ADD CONSTRAINT events_key_is_unique UNIQUE (key);

ALTER TABLE ONLY webhook.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY webhook.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (endpoint_id, id);

CREATE INDEX approvals_by_order ON access.approvals USING btree (known_order);

CREATE INDEX attempts_by_account ON access.attempts USING btree (account_key, at);

CREATE INDEX attempts_by_ip ON access.attempts USING btree (ip, at);

CREATE INDEX audit_by_action ON access.audit USING btree (action, id);

CREATE INDEX audit_by_actor ON access.audit USING btree (actor_id, id);

CREATE INDEX audit_by_subject ON access.audit USING btree (subject_kind, subject_key, id);

CREATE INDEX audit_by_time ON access.audit USING btree (at);

CREATE INDEX sessions_by_expiry ON access.sessions USING btree (expires_at);

CREATE INDEX sessions_by_user ON access.sessions USING btree (user_id);

CREATE INDEX answers_by_age ON api.answers USING btree (answered_at);

CREATE UNIQUE INDEX decisions_approve_once ON contracts.decisions USING btree (account_id, contract_id, version) WHERE (event = ANY (ARRAY['approved'::text, 'renewed'::text, 'signed'::text]));

CREATE INDEX sign_ups_held ON contracts.sign_ups USING btree (customer_id) WHERE (number IS NULL);

CREATE INDEX versions_by_plan ON contracts.versions USING btree (plan_code, plan_version) WHERE (plan_code IS NOT NULL);

CREATE INDEX versions_renew_by_themselves ON contracts.versions USING btree (ends_on) WHERE (((document -> 'renewal'::text) ->> 'auto'::text) = 'true'::text);

CREATE INDEX facts_by_account ON cost.facts USING btree (account_id);

CREATE UNIQUE INDEX accounts_one_house_per_entity ON customers.accounts USING btree (entity_id) WHERE (kind = 'house'::text);

CREATE INDEX customers_by_account ON customers.customers USING btree (account_id);

CREATE INDEX merges_by_target ON customers.merges USING btree (into_id);

CREATE INDEX screening_names_by_part ON customers.screening_names USING gin (term public.gin_trgm_ops);

CREATE INDEX screenings_by_customer ON customers.screenings USING btree (customer_id, id DESC);

CREATE INDEX screenings_possible ON customers.screenings USING btree (id) WHERE (result = 'possible'::text);

CREATE INDEX search_terms_by_part ON customers.search_terms USING gin (term public.gin_trgm_ops);

CREATE INDEX fx_rates_by_day ON entities.fx_rates USING btree (quoted_on);

CREATE INDEX batch_entries_by_batch ON exports.batch_entries USING btree (batch_id);

CREATE INDEX documents_by_day ON invoicing.documents USING btree (issued_on, account_id, seq);

CREATE INDEX documents_by_payer ON invoicing.documents USING btree (account_id, payer_id);

CREATE INDEX lines_by_contract ON invoicing.lines USING btree (account_id, contract_id, line);

CREATE INDEX runs_by_job ON jobs.runs USING btree (job, id);

CREATE UNIQUE INDEX runs_one_at_a_time ON jobs.runs USING btree (job) WHERE (state = 'running'::text);

CREATE INDEX runs_to_do ON jobs.runs USING btree (job, due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

CREATE INDEX posted_by_journal ON journals.posted USING btree (journal_id);

CREATE INDEX billed_by_line ON ledger.billed USING btree (account_id, contract_id, line);

CREATE INDEX entries_by_day ON ledger.entries USING btree (entity_id, booked_on, known_order);

CREATE INDEX exchange_differences ON ledger.postings USING btree (entity_id, booked_on) WHERE (ledger_account = ANY (ARRAY[7000, 7100]));

CREATE INDEX owed_to_partners ON ledger.postings USING btree (customer_id) WHERE (ledger_account = ANY (ARRAY[2400, 2450]));

CREATE INDEX postings_by_day ON ledger.postings USING brin (booked_on);

CREATE INDEX postings_by_document ON ledger.postings USING btree (document) WHERE (document IS NOT NULL);

CREATE INDEX postings_by_line ON ledger.postings USING btree (account_id, contract_id, line) WHERE (contract_id IS NOT NULL);

CREATE INDEX receivables ON ledger.postings USING btree (account_id, document) WHERE (ledger_account = 1100);

CREATE INDEX attempts_of_message ON mail.attempts USING btree (outbox_id, id);

CREATE INDEX outbox_due ON mail.outbox USING btree (next_attempt_at, id) WHERE (state = 'queued'::text);

CREATE INDEX outbox_leased ON mail.outbox USING btree (lease_until) WHERE (state = 'sending'::text);

CREATE INDEX outbox_of_account ON mail.outbox USING btree (account_id, id) WHERE (account_id IS NOT NULL);

CREATE INDEX outbox_troubled ON mail.outbox USING btree (id) WHERE (state = ANY (ARRAY['failed'::text, 'held'::text]));

CREATE INDEX balances_by_cohort ON onboarding.balances USING btree (cohort);

CREATE INDEX files_by_cohort ON onboarding.files USING btree (cohort, id);

CREATE INDEX invoices_by_cohort ON onboarding.invoices USING btree (cohort);

CREATE INDEX invoices_by_number ON onboarding.invoices USING btree (number);

CREATE INDEX steps_asked ON onboarding.steps USING btree (customer, known_order) WHERE (step = 'asked'::text);

CREATE INDEX steps_by_customer ON onboarding.steps USING btree (customer);

CREATE INDEX settlements_by_party ON partners.settlements USING btree (party_id);

CREATE INDEX applications_by_document ON payments.applications USING btree (account_id, document);

CREATE INDEX losses_by_document ON payments.losses USING btree (account_id, document);

CREATE INDEX movements_by_key ON payments.movements USING btree (key);

CREATE INDEX receipts_by_day ON payments.receipts USING btree (received_on, id);

CREATE INDEX erased_facts_by_has ON privacy.erased_facts USING btree (table_name, has);

CREATE INDEX recognitions_late ON revrec.recognitions USING btree (account_id, schedule_id) WHERE late;

CREATE INDEX schedule_by_contract ON revrec.schedule USING btree (account_id, contract_id);

CREATE INDEX schedule_by_entity ON revrec.schedule USING btree (entity_id, currency);

CREATE INDEX fired_by_customer ON spend.fired USING btree (customer_id, recorded_at DESC);

CREATE INDEX fired_by_rule ON spend.fired USING btree (rule);

CREATE INDEX rules_by_known_order ON spend.rules USING btree (known_order);

CREATE INDEX exemptions_by_customer ON tax.exemptions USING btree (account_id, customer_id);

CREATE INDEX backfills_by_id ON usage.backfills USING btree (id);

CREATE INDEX conflicts_by_id ON usage.conflicts USING btree (id);

CREATE INDEX corrections_by_account ON usage.corrections USING btree (account_id, occurred_at);

CREATE INDEX corrections_by_known_order ON usage.corrections USING brin (known_order) WITH (pages_per_range='16', autosummarize='on');

CREATE UNIQUE INDEX corrections_by_request ON usage.corrections USING btree (account_id, key, request) WHERE (request IS NOT NULL);

CREATE INDEX events_by_account ON ONLY usage.events USING btree (account_id, occurred_at);

CREATE INDEX events_by_known_order ON ONLY usage.events USING brin (known_order) WITH (pages_per_range='16');

CREATE INDEX events_by_time ON ONLY usage.events USING brin (occurred_at) WITH (pages_per_range='16');

CREATE INDEX held_events_by_account ON usage.held_events USING btree (account_id, occurred_at);

CREATE INDEX keys_by_known_order ON usage.keys USING brin (known_order) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX quarantine_by_known_order ON usage.quarantine USING btree (known_order, "position");

CREATE INDEX waiting_by_customer ON usage.waiting USING btree (state, customer, queue_order, "position");

CREATE INDEX waiting_by_meter ON usage.waiting USING btree (state, meter, queue_order, "position");

CREATE INDEX waiting_by_reason ON usage.waiting USING btree (state, reason, queue_order, "position");

CREATE INDEX waiting_in_order ON usage.waiting USING btree (state, queue_order, "position");

CREATE INDEX attempts_of_delivery ON webhook.attempts USING btree (delivery_id, id);

CREATE INDEX attempts_to_sweep ON webhook.attempts USING btree (recorded_at) WHERE (request_headers IS NOT NULL);

CREATE INDEX deliveries_due ON webhook.deliveries USING btree (endpoint_id, next_attempt_at, sequence) WHERE (state = 'waiting'::text);

CREATE INDEX deliveries_leased ON webhook.deliveries USING btree (lease_until) WHERE (state = 'sending'::text);

CREATE INDEX deliveries_of_event ON webhook.deliveries USING btree (sequence);

CREATE INDEX deliveries_open ON webhook.deliveries USING btree (endpoint_id, lane, sequence) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text, 'failed'::text]));

CREATE INDEX events_by_time ON webhook.events USING brin (recorded_at) WITH (pages_per_range='16');

CREATE INDEX events_of_object ON webhook.events USING btree (object_id, sequence);

CREATE TRIGGER doors_change AFTER UPDATE OF revoked_at, expires_at, scopes ON access.tokens FOR EACH STATEMENT EXECUTE FUNCTION access.doors_change();

CREATE TRIGGER doors_change AFTER UPDATE OF disabled_at, roles, customer_id ON access.users FOR EACH STATEMENT EXECUTE FUNCTION access.doors_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON access.approvals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON access.audit FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON access.approvals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER entitlements_touched AFTER INSERT OR UPDATE ON catalog.meters FOR EACH STATEMENT EXECUTE FUNCTION entitlements.everybody();

CREATE TRIGGER entitlements_touched AFTER INSERT ON catalog.plan_versions FOR EACH STATEMENT EXECUTE FUNCTION entitlements.everybody();

CREATE TRIGGER entitlements_touched AFTER INSERT ON catalog.product_versions FOR EACH STATEMENT EXECUTE FUNCTION entitlements.everybody();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.meters FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.plan_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.product_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.proposals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.meters FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.plan_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.product_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON catalog.proposals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closing.due_days FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closing.findings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closing.sealed_entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closing.sealed_inputs FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closing.seals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON closing.due_days FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON closing.seals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER entitlements_touched AFTER INSERT ON contracts.decisions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER entitlements_touched AFTER INSERT ON contracts.deliveries REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER entitlements_touched AFTER INSERT ON contracts.notices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.concessions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.contracts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.deliveries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.notices FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.numbers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.payers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.programmes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.rule_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.sign_up_releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.sign_ups FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.concessions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.deliveries FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.notices FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.payers FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.programmes FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.rule_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.sign_up_releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.sign_ups FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON contracts.versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON cost.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON cost.facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON cost.movements FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON cost.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON cost.facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON cost.movements FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER entitlements_touched AFTER INSERT ON customers.merges REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.merged();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.addresses FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.contacts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.customers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.invoice_modes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.merges FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.profiles FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screening_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screening_entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screening_lists FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screening_names FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screening_words FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.screenings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.search_terms FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.tax_ids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.addresses FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.contacts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.customers FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.invoice_modes FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.merges FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.profiles FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.screening_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.screening_lists FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.screenings FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.search_terms FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON customers.tax_ids FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER entitlements_touched AFTER INSERT OR UPDATE ON entities.entities FOR EACH STATEMENT EXECUTE FUNCTION entitlements.everybody();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.accounting_periods FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.entities FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.fx_rates FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.tax_ids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON entities.accounting_periods FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON entities.entities FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON entities.fx_rates FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER never_empty BEFORE TRUNCATE ON entities.number_counters FOR EACH STATEMENT EXECUTE FUNCTION entities.refuse_turning_back();

CREATE TRIGGER never_turn_back BEFORE DELETE OR UPDATE ON entities.number_counters FOR EACH ROW EXECUTE FUNCTION entities.refuse_turning_back();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON evidence.items FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON evidence.samples FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON evidence.samples FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.batch_entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.batch_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.batch_files FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.batches FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.mapping_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.mapping_proposals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exports.mapping_rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON exports.batch_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON exports.batches FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON exports.mapping_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON exports.mapping_proposals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.documents FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.hold_releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.holds FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.numbers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.run_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.run_failures FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.run_holds FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.runs FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.tax_lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.voids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON invoicing.documents FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON invoicing.hold_releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON invoicing.holds FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON jobs.attempts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.charge_lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.charges FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.journals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.posted FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.rule_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON journals.templates FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.charges FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.events FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.journals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.posted FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.rule_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON journals.templates FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER billed_have_an_entry AFTER INSERT ON ledger.billed REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_orphans();

CREATE TRIGGER entries_in_open_month AFTER INSERT ON ledger.entries REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_closed();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.billed FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.month_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.policies FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.policy_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.postings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON ledger.month_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON ledger.policies FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON ledger.policy_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER months_in_order BEFORE INSERT ON ledger.month_events FOR EACH ROW EXECUTE FUNCTION ledger.refuse_disorder();

CREATE TRIGGER postings_agree AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_disagreeing();

CREATE TRIGGER postings_balance AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_unbalanced();

CREATE TRIGGER postings_in_open_month AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_closed_postings();

CREATE TRIGGER postings_in_the_chart AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_unknown_accounts();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.attempts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON onboarding.balances FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON onboarding.files FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON onboarding.invoices FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON onboarding.steps FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON onboarding.balances FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON onboarding.files FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON onboarding.invoices FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON onboarding.steps FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON opening.brought FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON opening.files FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON opening.seals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON opening.brought FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON opening.files FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON opening.seals FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON partners.settlements FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON partners.settlements FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER applications_within_receipt AFTER INSERT ON payments.applications REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_overapplied();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.applications FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.losses FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.movements FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.receipts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON payments.applications FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON payments.losses FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON payments.receipts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON privacy.erased_facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON privacy.erasures FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON privacy.erasures FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.house_retired_facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reconcile.bookings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reconcile.closings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reconcile.loads FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reconcile.payouts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON reconcile.closings FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON reconcile.loads FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.assessment_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.assessments FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.carried FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.recognitions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.schedule FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON revrec.assessment_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON revrec.assessments FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON revrec.carried FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON revrec.recognitions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON revrec.schedule FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER recognitions_are_scheduled AFTER INSERT ON revrec.recognitions REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION revrec.refuse_unscheduled();

CREATE TRIGGER schedule_have_a_contract AFTER INSERT ON revrec.schedule REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION revrec.refuse_orphans();

CREATE TRIGGER schedule_not_overtaken AFTER INSERT ON revrec.schedule REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION revrec.refuse_overtaken();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON spend.fired FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON spend.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON spend.fired FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON spend.rules FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON subledger.facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON subledger.facts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.cities FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.exemption_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.exemptions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.phrases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.places FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.postcodes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.product_codes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.remote FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.sources FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.cities FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.exemption_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.exemptions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.phrases FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.places FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.postcodes FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.product_codes FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.rates FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.registrations FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.remote FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.sources FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON tax.taxability FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.rates FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.registrations FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.taxability FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER entitlements_touched_delete AFTER DELETE ON usage.days REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER entitlements_touched_insert AFTER INSERT ON usage.days REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER entitlements_touched_update AFTER UPDATE ON usage.days REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION entitlements.touched();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.aliases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.archives FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.backfills FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.backfills_applied FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.conflict_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.conflicts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.corrections FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.dispositions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.held_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.keys FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.quarantine FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.aliases FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.archives FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.backfills FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.backfills_applied FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.conflict_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.conflicts FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.corrections FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.dispositions FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.events FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.held_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.keys FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.quarantine FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

CREATE TRIGGER house_hold_place BEFORE INSERT ON usage.releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_hold_place();

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_answer_their_request FOREIGN KEY (subject_kind, subject_key, answers, requested_by, prepared_by, decide_roles) REFERENCES access.approvals(subject_kind, subject_key, seq, requested_by, prepared_by, decide_roles);

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES access.users(id);

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_no_gap FOREIGN KEY (subject_kind, subject_key, follows) REFERENCES access.approvals(subject_kind, subject_key, seq);

ALTER TABLE ONLY access.approvals
    ADD CONSTRAINT approvals_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES access.users(id);

ALTER TABLE ONLY access.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES access.users(id);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES access.users(id);

ALTER TABLE ONLY access.tokens
    ADD CONSTRAINT tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES access.users(id);

ALTER TABLE ONLY catalog.decisions
    ADD CONSTRAINT decisions_proposal_id_prepared_by_fkey FOREIGN KEY (proposal_id, prepared_by) REFERENCES catalog.proposals(id, prepared_by);

ALTER TABLE ONLY catalog.product_versions
    ADD CONSTRAINT product_versions_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.products(id);

ALTER TABLE ONLY contracts.attachments
    ADD CONSTRAINT attachments_account_id_contract_id_version_fkey FOREIGN KEY (account_id, contract_id, version) REFERENCES contracts.versions(account_id, contract_id, version);

ALTER TABLE ONLY contracts.concessions
    ADD CONSTRAINT concessions_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_account_id_contract_id_under_version_fkey FOREIGN KEY (account_id, contract_id, under_version) REFERENCES contracts.versions(account_id, contract_id, version);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_account_id_contract_id_version_plan_code_plan_ve_fkey FOREIGN KEY (account_id, contract_id, version, plan_code, plan_version) REFERENCES contracts.versions(account_id, contract_id, version, plan_code, plan_version);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_account_id_contract_id_version_prepared_by_fkey FOREIGN KEY (account_id, contract_id, version, prepared_by) REFERENCES contracts.versions(account_id, contract_id, version, prepared_by);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_plan_code_plan_version_fkey FOREIGN KEY (plan_code, plan_version) REFERENCES catalog.plan_versions(code, version);

ALTER TABLE ONLY contracts.deliveries
    ADD CONSTRAINT deliveries_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY contracts.notices
    ADD CONSTRAINT notices_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY contracts.notices
    ADD CONSTRAINT notices_no_gap FOREIGN KEY (account_id, contract_id, ends_on, follows) REFERENCES contracts.notices(account_id, contract_id, ends_on, seq);

ALTER TABLE ONLY contracts.payers
    ADD CONSTRAINT payers_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY contracts.rule_decisions
    ADD CONSTRAINT rule_decisions_kind_version_prepared_by_fkey FOREIGN KEY (kind, version, prepared_by) REFERENCES contracts.rules(kind, version, prepared_by);

ALTER TABLE ONLY contracts.sign_up_releases
    ADD CONSTRAINT sign_up_releases_key_fkey FOREIGN KEY (key) REFERENCES contracts.sign_ups(key);

ALTER TABLE ONLY contracts.sign_up_releases
    ADD CONSTRAINT sign_up_releases_number_fkey FOREIGN KEY (number) REFERENCES contracts.numbers(number);

ALTER TABLE ONLY contracts.sign_ups
    ADD CONSTRAINT sign_ups_number_fkey FOREIGN KEY (number) REFERENCES contracts.numbers(number);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY cost.decisions
    ADD CONSTRAINT decisions_fact_id_prepared_by_fkey FOREIGN KEY (fact_id, prepared_by) REFERENCES cost.facts(id, prepared_by);

ALTER TABLE ONLY cost.movements
    ADD CONSTRAINT movements_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY customers.accounts
    ADD CONSTRAINT accounts_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY customers.addresses
    ADD CONSTRAINT addresses_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.contacts
    ADD CONSTRAINT contacts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_account_id_fkey FOREIGN KEY (account_id) REFERENCES customers.accounts(id);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY customers.customers
    ADD CONSTRAINT customers_share_the_account_of_their_parent FOREIGN KEY (parent_id, account_id) REFERENCES customers.customers(id, account_id);

ALTER TABLE ONLY customers.invoice_modes
    ADD CONSTRAINT invoice_modes_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.merges
    ADD CONSTRAINT merges_duplicate_id_fkey FOREIGN KEY (duplicate_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.merges
    ADD CONSTRAINT merges_into_id_fkey FOREIGN KEY (into_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.profiles
    ADD CONSTRAINT profiles_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.screening_decisions
    ADD CONSTRAINT screening_decisions_screening_id_entered_by_fkey FOREIGN KEY (screening_id, entered_by) REFERENCES customers.screenings(id, entered_by);

ALTER TABLE ONLY customers.screening_entries
    ADD CONSTRAINT screening_entries_list_id_fkey FOREIGN KEY (list_id) REFERENCES customers.screening_lists(id);

ALTER TABLE ONLY customers.screening_names
    ADD CONSTRAINT screening_names_list_id_entry_fkey FOREIGN KEY (list_id, entry) REFERENCES customers.screening_entries(list_id, entry);

ALTER TABLE ONLY customers.screening_words
    ADD CONSTRAINT screening_words_list_id_fkey FOREIGN KEY (list_id) REFERENCES customers.screening_lists(id);

ALTER TABLE ONLY customers.screenings
    ADD CONSTRAINT screenings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.screenings
    ADD CONSTRAINT screenings_list_id_fkey FOREIGN KEY (list_id) REFERENCES customers.screening_lists(id);

ALTER TABLE ONLY customers.screenings
    ADD CONSTRAINT screenings_rests_on_fkey FOREIGN KEY (rests_on) REFERENCES customers.screenings(id);

ALTER TABLE ONLY customers.search_terms
    ADD CONSTRAINT search_terms_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.tax_ids
    ADD CONSTRAINT tax_ids_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY entities.number_counters
    ADD CONSTRAINT number_counters_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY entities.tax_ids
    ADD CONSTRAINT tax_ids_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY evidence.items
    ADD CONSTRAINT items_sample_id_fkey FOREIGN KEY (sample_id) REFERENCES evidence.samples(id);

ALTER TABLE ONLY exports.batch_entries
    ADD CONSTRAINT batch_entries_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES exports.batches(id);

ALTER TABLE ONLY exports.batch_events
    ADD CONSTRAINT batch_events_batch_id_after_seq_after_fkey FOREIGN KEY (batch_id, after_seq, after) REFERENCES exports.batch_events(batch_id, seq, event);

ALTER TABLE ONLY exports.batch_events
    ADD CONSTRAINT batch_events_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES exports.batches(id);

ALTER TABLE ONLY exports.batch_files
    ADD CONSTRAINT batch_files_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES exports.batches(id);

ALTER TABLE ONLY exports.mapping_decisions
    ADD CONSTRAINT mapping_decisions_proposal_id_prepared_by_fkey FOREIGN KEY (proposal_id, prepared_by) REFERENCES exports.mapping_proposals(id, prepared_by);

ALTER TABLE ONLY exports.mapping_rules
    ADD CONSTRAINT mapping_rules_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES exports.mapping_proposals(id);

ALTER TABLE ONLY invoicing.documents
    ADD CONSTRAINT documents_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.hold_releases
    ADD CONSTRAINT hold_releases_account_id_hold_id_fkey FOREIGN KEY (account_id, hold_id) REFERENCES invoicing.holds(account_id, id);

ALTER TABLE ONLY invoicing.lines
    ADD CONSTRAINT lines_account_id_seq_fkey FOREIGN KEY (account_id, seq) REFERENCES invoicing.documents(account_id, seq);

ALTER TABLE ONLY invoicing.run_events
    ADD CONSTRAINT run_events_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.run_failures
    ADD CONSTRAINT run_failures_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.run_holds
    ADD CONSTRAINT run_holds_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.tax_lines
    ADD CONSTRAINT tax_lines_account_id_seq_line_fkey FOREIGN KEY (account_id, seq, line) REFERENCES invoicing.lines(account_id, seq, n);

ALTER TABLE ONLY invoicing.voids
    ADD CONSTRAINT voids_account_id_seq_fkey FOREIGN KEY (account_id, seq) REFERENCES invoicing.documents(account_id, seq);

ALTER TABLE ONLY jobs.attempts
    ADD CONSTRAINT attempts_run_id_fkey FOREIGN KEY (run_id) REFERENCES jobs.runs(id);

ALTER TABLE ONLY jobs.runs
    ADD CONSTRAINT runs_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES access.users(id);

ALTER TABLE ONLY journals.attachments
    ADD CONSTRAINT attachments_journal_id_fkey FOREIGN KEY (journal_id) REFERENCES journals.journals(id);

ALTER TABLE ONLY journals.charge_lines
    ADD CONSTRAINT charge_lines_account_id_reference_fkey FOREIGN KEY (account_id, reference) REFERENCES journals.charges(account_id, reference);

ALTER TABLE ONLY journals.charges
    ADD CONSTRAINT charges_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY journals.events
    ADD CONSTRAINT events_journal_id_after_seq_after_fkey FOREIGN KEY (journal_id, after_seq, after) REFERENCES journals.events(journal_id, seq, event);

ALTER TABLE ONLY journals.events
    ADD CONSTRAINT events_journal_id_prepared_by_fkey FOREIGN KEY (journal_id, prepared_by) REFERENCES journals.journals(id, prepared_by);

ALTER TABLE ONLY journals.journals
    ADD CONSTRAINT journals_corrects_fkey FOREIGN KEY (corrects) REFERENCES journals.journals(id);

ALTER TABLE ONLY journals.journals
    ADD CONSTRAINT journals_reverses_fkey FOREIGN KEY (reverses) REFERENCES journals.journals(id);

ALTER TABLE ONLY journals.lines
    ADD CONSTRAINT lines_journal_id_fkey FOREIGN KEY (journal_id) REFERENCES journals.journals(id);

ALTER TABLE ONLY journals.posted
    ADD CONSTRAINT posted_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY journals.rule_decisions
    ADD CONSTRAINT rule_decisions_rule_id_prepared_by_fkey FOREIGN KEY (rule_id, prepared_by) REFERENCES journals.rules(id, prepared_by);

ALTER TABLE ONLY ledger.policies
    ADD CONSTRAINT policies_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY ledger.policy_decisions
    ADD CONSTRAINT policy_decisions_entity_id_book_number_fkey FOREIGN KEY (entity_id, book, number) REFERENCES ledger.policies(entity_id, book, number);

ALTER TABLE ONLY mail.attachments
    ADD CONSTRAINT attachments_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES mail.outbox(id);

ALTER TABLE ONLY mail.attempts
    ADD CONSTRAINT attempts_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES mail.outbox(id);

ALTER TABLE ONLY opening.brought
    ADD CONSTRAINT brought_file_id_fkey FOREIGN KEY (file_id) REFERENCES opening.files(id);

ALTER TABLE ONLY opening.seals
    ADD CONSTRAINT seals_file_id_prepared_by_fkey FOREIGN KEY (file_id, prepared_by) REFERENCES opening.files(id, prepared_by);

ALTER TABLE ONLY partners.settlements
    ADD CONSTRAINT settlements_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_account_id_receipt_id_fkey FOREIGN KEY (account_id, receipt_id) REFERENCES payments.receipts(account_id, id);

ALTER TABLE ONLY payments.losses
    ADD CONSTRAINT losses_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY payments.receipts
    ADD CONSTRAINT receipts_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY privacy.erased_facts
    ADD CONSTRAINT erased_facts_request_id_fkey FOREIGN KEY (request_id) REFERENCES privacy.requests(id);

ALTER TABLE ONLY privacy.erasures
    ADD CONSTRAINT erasures_by_user_fkey FOREIGN KEY (by_user) REFERENCES access.users(id);

ALTER TABLE ONLY privacy.erasures
    ADD CONSTRAINT erasures_request_id_fkey FOREIGN KEY (request_id) REFERENCES privacy.requests(id);

ALTER TABLE ONLY privacy.requests
    ADD CONSTRAINT requests_by_user_fkey FOREIGN KEY (by_user) REFERENCES access.users(id);

ALTER TABLE ONLY reconcile.bookings
    ADD CONSTRAINT bookings_load_id_fkey FOREIGN KEY (load_id) REFERENCES reconcile.loads(id);

ALTER TABLE ONLY reconcile.payouts
    ADD CONSTRAINT payouts_load_id_fkey FOREIGN KEY (load_id) REFERENCES reconcile.loads(id);

ALTER TABLE ONLY revrec.assessment_decisions
    ADD CONSTRAINT assessment_decisions_account_id_contract_id_number_fkey FOREIGN KEY (account_id, contract_id, number) REFERENCES revrec.assessments(account_id, contract_id, number);

ALTER TABLE ONLY revrec.assessments
    ADD CONSTRAINT assessments_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY revrec.carried
    ADD CONSTRAINT carried_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY tax.cities
    ADD CONSTRAINT cities_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.cities
    ADD CONSTRAINT cities_source_fkey FOREIGN KEY (source) REFERENCES tax.sources(code);

ALTER TABLE ONLY tax.exemption_decisions
    ADD CONSTRAINT exemption_decisions_account_id_exemption_id_fkey FOREIGN KEY (account_id, exemption_id) REFERENCES tax.exemptions(account_id, id);

ALTER TABLE ONLY tax.exemptions
    ADD CONSTRAINT exemptions_customer_id_account_id_fkey FOREIGN KEY (customer_id, account_id) REFERENCES customers.customers(id, account_id);

ALTER TABLE ONLY tax.exemptions
    ADD CONSTRAINT exemptions_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.places
    ADD CONSTRAINT places_parent_fkey FOREIGN KEY (parent) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.postcodes
    ADD CONSTRAINT postcodes_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.postcodes
    ADD CONSTRAINT postcodes_source_fkey FOREIGN KEY (source) REFERENCES tax.sources(code);

ALTER TABLE ONLY tax.rates
    ADD CONSTRAINT rates_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.rates
    ADD CONSTRAINT rates_source_fkey FOREIGN KEY (source) REFERENCES tax.sources(code);

ALTER TABLE ONLY tax.registrations
    ADD CONSTRAINT registrations_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.remote
    ADD CONSTRAINT remote_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.remote
    ADD CONSTRAINT remote_source_fkey FOREIGN KEY (source) REFERENCES tax.sources(code);

ALTER TABLE ONLY tax.taxability
    ADD CONSTRAINT taxability_place_fkey FOREIGN KEY (place) REFERENCES tax.places(code);

ALTER TABLE ONLY tax.taxability
    ADD CONSTRAINT taxability_source_fkey FOREIGN KEY (source) REFERENCES tax.sources(code);

ALTER TABLE ONLY usage.backfills_applied
    ADD CONSTRAINT backfills_applied_account_id_id_fkey FOREIGN KEY (account_id, id) REFERENCES usage.backfills(account_id, id);

ALTER TABLE ONLY usage.conflict_decisions
    ADD CONSTRAINT conflict_decisions_account_id_key_content_fkey FOREIGN KEY (account_id, key, content) REFERENCES usage.conflicts(account_id, key, content);

ALTER TABLE ONLY usage.dispositions
    ADD CONSTRAINT dispositions_key_content_fkey FOREIGN KEY (key, content) REFERENCES usage.quarantine(key, content);

ALTER TABLE ONLY usage.releases
    ADD CONSTRAINT releases_key_content_fkey FOREIGN KEY (key, content) REFERENCES usage.quarantine(key, content);

ALTER TABLE ONLY usage.waiting
    ADD CONSTRAINT waiting_key_content_fkey FOREIGN KEY (key, content) REFERENCES usage.quarantine(key, content);

ALTER TABLE ONLY webhook.attempts
    ADD CONSTRAINT attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook.deliveries(id);

ALTER TABLE ONLY webhook.secrets
    ADD CONSTRAINT secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook.endpoints(id);

GRANT USAGE ON SCHEMA access TO ratable_app;

GRANT USAGE ON SCHEMA api TO ratable_app;

GRANT USAGE ON SCHEMA catalog TO ratable_app;

GRANT USAGE ON SCHEMA closing TO ratable_app;

GRANT USAGE ON SCHEMA contracts TO ratable_app;

GRANT USAGE ON SCHEMA cost TO ratable_app;

GRANT USAGE ON SCHEMA customers TO ratable_app;

GRANT USAGE ON SCHEMA entities TO ratable_app;

GRANT USAGE ON SCHEMA entitlements TO ratable_app;

GRANT USAGE ON SCHEMA evidence TO ratable_app;

GRANT USAGE ON SCHEMA exports TO ratable_app;

GRANT USAGE ON SCHEMA invoicing TO ratable_app;

GRANT USAGE ON SCHEMA jobs TO ratable_app;

GRANT USAGE ON SCHEMA journals TO ratable_app;

GRANT USAGE ON SCHEMA ledger TO ratable_app;

GRANT USAGE ON SCHEMA mail TO ratable_app;

GRANT USAGE ON SCHEMA onboarding TO ratable_app;

GRANT USAGE ON SCHEMA opening TO ratable_app;

GRANT USAGE ON SCHEMA partners TO ratable_app;

GRANT USAGE ON SCHEMA payments TO ratable_app;

GRANT USAGE ON SCHEMA privacy TO ratable_app;

GRANT USAGE ON SCHEMA reconcile TO ratable_app;

GRANT USAGE ON SCHEMA revrec TO ratable_app;

GRANT USAGE ON SCHEMA spend TO ratable_app;

GRANT USAGE ON SCHEMA subledger TO ratable_app;

GRANT USAGE ON SCHEMA tax TO ratable_app;

GRANT USAGE ON SCHEMA usage TO ratable_app;

GRANT USAGE ON SCHEMA webhook TO ratable_app;

GRANT SELECT,INSERT ON TABLE privacy.requests TO ratable_app;

REVOKE ALL ON FUNCTION privacy.erase(request bigint, actor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION privacy.erase(request bigint, actor bigint) TO ratable_app;

REVOKE ALL ON FUNCTION privacy.erase_consumer(r privacy.requests) FROM PUBLIC;

REVOKE ALL ON FUNCTION privacy.erase_usage(r privacy.requests) FROM PUBLIC;

REVOKE ALL ON FUNCTION privacy.held(request bigint, give boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION privacy.held(request bigint, give boolean) TO ratable_app;

REVOKE ALL ON FUNCTION privacy.rewrite(request bigint, t regclass, condition text, patch text) FROM PUBLIC;

REVOKE ALL ON FUNCTION privacy.sweep(r privacy.requests, act boolean, give boolean) FROM PUBLIC;

GRANT ALL ON FUNCTION public.house_final_order() TO ratable_app;

REVOKE ALL ON FUNCTION usage.open_month(month date) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.open_month(month date) TO ratable_app;

REVOKE ALL ON FUNCTION usage.retire_month(month date, part integer, file text, sha256 bytea, events bigint, through_order bigint, meters bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.retire_month(month date, part integer, file text, sha256 bytea, events bigint, through_order bigint, meters bigint[]) TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE public.known_order TO ratable_app;

GRANT SELECT,INSERT ON TABLE access.approvals TO ratable_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE access.attempts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE access.attempts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE access.audit TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE access.audit_id_seq TO ratable_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE access.sessions TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE access.tokens TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE access.tokens_id_seq TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE access.users TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE access.users_id_seq TO ratable_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE api.answers TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.meters TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE catalog.meters_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.plan_versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.product_versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.products TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE catalog.products_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.proposals TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE catalog.proposals_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE closing.due_days TO ratable_app;

GRANT SELECT,INSERT ON TABLE closing.findings TO ratable_app;

GRANT SELECT,INSERT ON TABLE closing.sealed_entries TO ratable_app;

GRANT SELECT,INSERT ON TABLE closing.sealed_inputs TO ratable_app;

GRANT SELECT,INSERT ON TABLE closing.seals TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.attachments TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.attachments_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.concessions TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.concessions_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.contracts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.contracts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.deliveries TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.notices TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.numbers TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.payers TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.programmes TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.rule_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.rules TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.sign_up_releases TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.sign_ups TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.subscription_numbers TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE cost.decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE cost.facts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE cost.facts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE cost.movements TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.accounts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.accounts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.addresses TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.contacts TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.customers TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.customers_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.merges TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE customers.duplicates TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.invoice_modes TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.profiles TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screening_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screening_entries TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screening_lists TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.screening_lists_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screening_names TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screening_words TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.screenings TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.screenings_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.search_terms TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.tax_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.accounting_periods TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.entities TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE entities.entities_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.fx_rates TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE entities.number_counters TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.tax_ids TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE entitlements.announced TO ratable_app;

GRANT SELECT,INSERT ON TABLE evidence.items TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE evidence.sample_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE evidence.samples TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.batch_entries TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.batch_events TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.batch_files TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.batches TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE exports.batches_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.mapping_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.mapping_proposals TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE exports.mapping_proposals_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE exports.mapping_rules TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.documents TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.hold_releases TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.holds TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE invoicing.holds_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.numbers TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.run_events TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.run_failures TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.run_holds TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.runs TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE invoicing.runs_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.tax_lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.voids TO ratable_app;

GRANT SELECT,INSERT ON TABLE jobs.attempts TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE jobs.runs TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE jobs.runs_id_seq TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE jobs.schedules TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.attachments TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE journals.attachments_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.charge_lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.charges TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.events TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.journals TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE journals.journals_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.posted TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.rule_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.rules TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE journals.rules_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE journals.templates TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.accounts TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.billed TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.entries TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.month_events TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.policies TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.policy_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.postings TO ratable_app;

GRANT SELECT,INSERT ON TABLE mail.attachments TO ratable_app;

GRANT SELECT,INSERT ON TABLE mail.attempts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE mail.attempts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(state) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(attempts) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(tries) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(next_attempt_at) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(lease_until) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(last_error) ON TABLE mail.outbox TO ratable_app;

GRANT UPDATE(sent_at) ON TABLE mail.outbox TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE mail.outbox_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE onboarding.balances TO ratable_app;

GRANT SELECT,INSERT ON TABLE onboarding.files TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE onboarding.files_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE onboarding.invoices TO ratable_app;

GRANT SELECT,INSERT ON TABLE onboarding.steps TO ratable_app;

GRANT SELECT,INSERT ON TABLE opening.brought TO ratable_app;

GRANT SELECT,INSERT ON TABLE opening.files TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE opening.files_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE opening.seals TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE partners.settlement_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE partners.settlements TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.applications TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE payments.loss_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.losses TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.movements TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE payments.receipt_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.receipts TO ratable_app;

GRANT SELECT ON TABLE privacy.erased_facts TO ratable_app;

GRANT SELECT ON TABLE privacy.erasures TO ratable_app;

GRANT SELECT ON TABLE privacy.kept TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE privacy.requests_id_seq TO ratable_app;

GRANT SELECT ON TABLE public.house_retired_facts TO ratable_app;

GRANT SELECT,INSERT ON TABLE reconcile.bookings TO ratable_app;

GRANT SELECT,INSERT ON TABLE reconcile.closings TO ratable_app;

GRANT SELECT,INSERT ON TABLE reconcile.loads TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE reconcile.loads_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE reconcile.payouts TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.assessment_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.assessments TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.carried TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.recognitions TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.schedule TO ratable_app;

GRANT SELECT,INSERT ON TABLE spend.fired TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE spend.looked TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE spend.rule_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE spend.rules TO ratable_app;

GRANT SELECT,INSERT ON TABLE subledger.facts TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.cities TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.exemption_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.exemptions TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE tax.exemptions_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.phrases TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.places TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.postcodes TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.product_codes TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE tax.rates TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE tax.registrations TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.remote TO ratable_app;

GRANT SELECT,INSERT ON TABLE tax.sources TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE tax.taxability TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.aliases TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.archives TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE usage.backfill_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.backfills TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.backfills_applied TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.conflict_decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.conflicts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE usage.conflicts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.corrections TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.events TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.held_events TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.counted TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.days TO ratable_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.deadlines TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.dimension_days TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.dispositions TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.keys TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.quarantine TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.quarter_hours TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.releases TO ratable_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.waiting TO ratable_app;

GRANT SELECT,INSERT ON TABLE webhook.attempts TO ratable_app;

GRANT UPDATE(request_headers) ON TABLE webhook.attempts TO ratable_app;

GRANT UPDATE(response_headers) ON TABLE webhook.attempts TO ratable_app;

GRANT UPDATE(response_body) ON TABLE webhook.attempts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE webhook.attempts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(state) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(attempts) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(tries) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(next_attempt_at) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(lease_until) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(after_failed) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(last_code) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(last_error) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(delivered_at) ON TABLE webhook.deliveries TO ratable_app;

GRANT UPDATE(replayed_at) ON TABLE webhook.deliveries TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE webhook.deliveries_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(url) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(description) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(types) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(status) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(reason) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(status_at) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(failing_since) ON TABLE webhook.endpoints TO ratable_app;

GRANT UPDATE(owner_email) ON TABLE webhook.endpoints TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE webhook.endpoints_id_seq TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE webhook.sequences TO ratable_app;

GRANT SELECT,INSERT ON TABLE webhook.events TO ratable_app;

GRANT UPDATE(data) ON TABLE webhook.events TO ratable_app;

GRANT SELECT,INSERT,DELETE ON TABLE webhook.secrets TO ratable_app;

GRANT UPDATE(expires_at) ON TABLE webhook.secrets TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE webhook.secrets_id_seq TO ratable_app;

