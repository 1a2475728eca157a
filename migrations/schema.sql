CREATE SCHEMA access;

CREATE SCHEMA catalog;

CREATE SCHEMA contracts;

CREATE SCHEMA customers;

CREATE SCHEMA entities;

CREATE SCHEMA invoicing;

CREATE SCHEMA jobs;

CREATE SCHEMA ledger;

CREATE SCHEMA mail;

CREATE SCHEMA payments;

CREATE SCHEMA revrec;

CREATE SCHEMA tax;

CREATE SCHEMA usage;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE FUNCTION access.roles_conflict(roles text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    select (roles @> array['admin'] and roles && array['sales', 'finance', 'accountant'])
        or (roles @> array['sales'] and roles && array['finance', 'accountant'])
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

CREATE FUNCTION ledger.closed_through(entity bigint) RETURNS date
    LANGUAGE sql STABLE
    AS $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity order by e.month, e.seq desc) m
    where m.event = 'closed'
$$;

CREATE FUNCTION ledger.months_lock(entity bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$
    select hashtextextended('ledger.months', entity)
$$;

CREATE FUNCTION ledger.refuse_closed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    perform pg_advisory_xact_lock_shared(ledger.months_lock(b.entity_id))
    from (select distinct entity_id from brought order by entity_id) b;
    select b.entity_id, b.booked_on into bad
    from (select entity_id, min(booked_on) as booked_on from brought group by entity_id) b
    where b.booked_on < (ledger.closed_through(b.entity_id) + interval '1 month')::date
    limit 1;
    if found then
        raise exception 'month % of entity % is closed', to_char(bad.booked_on, 'YYYY-MM'), bad.entity_id
            using errcode = 'RT001', schema = 'ledger', table = tg_table_name, constraint = 'entries_in_open_month';
    end if;
    return null;
end $$;

CREATE FUNCTION ledger.refuse_disagreeing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.n into bad
    from brought p join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
    where (e.entity_id, e.booked_on, e.currency) <> (p.entity_id, p.booked_on, p.currency) limit 1;
    if found then
        raise exception 'posting % of entry % of account % has another entity, day or currency than its entry',
            bad.n, bad.entry_seq, bad.account_id
            using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_agree';
    end if;
    return null;
end $$;

CREATE FUNCTION ledger.refuse_unbalanced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.currency, sum(p.amount) as difference into bad
    from brought p group by p.account_id, p.entry_seq, p.currency having sum(p.amount) <> 0 limit 1;
    if found then
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

CREATE FUNCTION public.house_append_only(t regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('create or replace trigger house_append_only before update or delete or truncate on %s '
                   'for each statement execute function house_refuse_change()', t);
    execute format('revoke update, delete, truncate on %s from ratable_app', t);
end $$;

CREATE FUNCTION public.house_is_append_only(t regclass) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select exists (select from pg_trigger g where g.tgrelid = t and g.tgname = 'house_append_only')
$$;

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
    raise exception '%.% is append-only: append a correction instead', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              schema = tg_table_schema, table = tg_table_name,
              detail = lower(tg_op) || ' was refused';
end $$;

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
        where n.nspname = schema_name and c.relkind in ('r', 'p', 'v', 'm')
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
    CONSTRAINT users_known_roles CHECK ((roles <@ ARRAY['sales'::text, 'finance'::text, 'accountant'::text, 'support'::text, 'product'::text, 'admin'::text, 'customer'::text])),
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

CREATE TABLE catalog.meters (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    aggregation text NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT meters_aggregation_check CHECK ((aggregation = 'sum'::text)),
    CONSTRAINT meters_code_check CHECK ((code <> ''::text)),
    CONSTRAINT meters_name_check CHECK ((name <> ''::text))
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
    CONSTRAINT plan_versions_code_check CHECK ((code <> ''::text)),
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
    standalone_price jsonb,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT product_versions_name_check CHECK ((name <> ''::text)),
    CONSTRAINT product_versions_recognition_check CHECK ((recognition = ANY (ARRAY['ratable'::text, 'as_used'::text, 'point_in_time'::text]))),
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
    CONSTRAINT decisions_event_check CHECK ((event = ANY (ARRAY['submitted'::text, 'approved'::text, 'rejected'::text]))),
    CONSTRAINT decisions_reject_with_reason CHECK (((event <> 'rejected'::text) OR (reason <> ''::text))),
    CONSTRAINT decisions_seq_check CHECK ((seq >= 1)),
    CONSTRAINT decisions_take_a_second_person CHECK (((event <> 'approved'::text) OR (by_user <> prepared_by)))
);

CREATE TABLE contracts.numbers (
    number text NOT NULL,
    account_id bigint NOT NULL,
    contract_id bigint NOT NULL
);

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
    CONSTRAINT versions_check CHECK ((ends_on > starts_on)),
    CONSTRAINT versions_check1 CHECK (((effective_on >= starts_on) AND (effective_on < ends_on))),
    CONSTRAINT versions_version_check CHECK ((version >= 1))
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
    CONSTRAINT number_counters_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))),
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
    CONSTRAINT documents_check CHECK (((net + tax) = total)),
    CONSTRAINT documents_check1 CHECK ((((kind = 'invoice'::text) AND (total >= 0)) OR ((kind = 'credit_note'::text) AND (total < 0)))),
    CONSTRAINT documents_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))),
    CONSTRAINT documents_seq_check CHECK ((seq >= 1))
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

CREATE TABLE ledger.accounts (
    id smallint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    CONSTRAINT accounts_type_check CHECK ((type = ANY (ARRAY['asset'::text, 'liability'::text, 'revenue'::text, 'expense'::text])))
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
    CONSTRAINT entries_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
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
    CONSTRAINT month_events_event_check CHECK ((event = ANY (ARRAY['closed'::text, 'reopened'::text]))),
    CONSTRAINT month_events_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT month_events_seq_check CHECK ((seq >= 1))
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
    CONSTRAINT postings_amount_check CHECK ((amount <> 0)),
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

CREATE TABLE revrec.recognitions (
    account_id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    entry_seq bigint,
    month date NOT NULL,
    known_order bigint DEFAULT nextval('public.known_order'::regclass) NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
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
    CONSTRAINT schedule_amount_check CHECK ((amount <> 0)),
    CONSTRAINT schedule_check CHECK ((ends_on > starts_on)),
    CONSTRAINT schedule_check1 CHECK (((month < ends_on) AND (month > (starts_on - 31)))),
    CONSTRAINT schedule_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT schedule_id_check CHECK ((id >= 1)),
    CONSTRAINT schedule_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT schedule_recognition_check CHECK ((recognition = ANY (ARRAY['ratable'::text, 'as_used'::text, 'point_in_time'::text])))
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

CREATE TABLE usage.days (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    day date NOT NULL,
    quantity numeric NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT days_events_check CHECK ((events > 0))
)
WITH (fillfactor='80');

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
    CONSTRAINT events_account_id_check CHECK ((account_id > 0)),
    CONSTRAINT events_customer_id_check CHECK ((customer_id > 0)),
    CONSTRAINT events_meter_id_check CHECK ((meter_id > 0)),
    CONSTRAINT events_quantity_check CHECK (((quantity >= (0)::numeric) AND (quantity < '1000000000000000000'::numeric)))
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
    CONSTRAINT quarantine_quantity_check CHECK (((quantity >= (0)::numeric) AND (quantity < '1000000000000000000'::numeric))),
    CONSTRAINT quarantine_reason_check CHECK ((reason = ANY (ARRAY['unknown customer'::text, 'unknown meter'::text, 'unknown customer and meter'::text])))
);

CREATE TABLE usage.quarter_hours (
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    meter_id bigint NOT NULL,
    bucket_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT quarter_hours_events_check CHECK ((events > 0)),
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

ALTER TABLE ONLY contracts.concessions
    ADD CONSTRAINT concessions_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY contracts.contracts
    ADD CONSTRAINT contracts_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (account_id, contract_id, version, seq);

ALTER TABLE ONLY contracts.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_account_id_contract_id_version_prepared_by_key UNIQUE (account_id, contract_id, version, prepared_by);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (account_id, contract_id, version);

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

ALTER TABLE ONLY customers.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (customer_id, starts_on, known_order);

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

ALTER TABLE ONLY invoicing.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (account_id, seq);

ALTER TABLE ONLY invoicing.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (account_id, seq, n);

ALTER TABLE ONLY invoicing.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY invoicing.run_events
    ADD CONSTRAINT run_events_pkey PRIMARY KEY (run_id, seq);

ALTER TABLE ONLY invoicing.run_failures
    ADD CONSTRAINT run_failures_pkey PRIMARY KEY (run_id, account_id, attempt);

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

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_pkey PRIMARY KEY (account_id, receipt_id, n);

ALTER TABLE ONLY payments.movements
    ADD CONSTRAINT movements_are_recorded_once PRIMARY KEY (entity_id, key);

ALTER TABLE ONLY payments.movements
    ADD CONSTRAINT movements_receipt_id_key UNIQUE (receipt_id);

ALTER TABLE ONLY payments.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY revrec.recognitions
    ADD CONSTRAINT recognitions_recognize_a_row_once PRIMARY KEY (account_id, schedule_id);

ALTER TABLE ONLY revrec.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (account_id, id);

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

ALTER TABLE ONLY usage.conflicts
    ADD CONSTRAINT conflicts_pkey PRIMARY KEY (account_id, key, content);

ALTER TABLE ONLY usage.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (account_id, customer_id, meter_id, day);

ALTER TABLE ONLY usage.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY usage.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (key, content);

ALTER TABLE ONLY usage.quarter_hours
    ADD CONSTRAINT quarter_hours_pkey PRIMARY KEY (account_id, customer_id, meter_id, bucket_at);

ALTER TABLE ONLY usage.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (key, content);

CREATE INDEX approvals_by_order ON access.approvals USING btree (known_order);

CREATE INDEX attempts_by_account ON access.attempts USING btree (account_key, at);

CREATE INDEX attempts_by_ip ON access.attempts USING btree (ip, at);

CREATE INDEX audit_by_action ON access.audit USING btree (action, id);

CREATE INDEX audit_by_actor ON access.audit USING btree (actor_id, id);

CREATE INDEX audit_by_subject ON access.audit USING btree (subject_kind, subject_key, id);

CREATE INDEX audit_by_time ON access.audit USING btree (at);

CREATE INDEX sessions_by_expiry ON access.sessions USING btree (expires_at);

CREATE INDEX sessions_by_user ON access.sessions USING btree (user_id);

CREATE UNIQUE INDEX decisions_approve_once ON contracts.decisions USING btree (account_id, contract_id, version) WHERE (event = 'approved'::text);

CREATE UNIQUE INDEX accounts_one_house_per_entity ON customers.accounts USING btree (entity_id) WHERE (kind = 'house'::text);

CREATE INDEX customers_by_account ON customers.customers USING btree (account_id);

CREATE INDEX search_terms_by_part ON customers.search_terms USING gin (term public.gin_trgm_ops);

CREATE INDEX documents_by_day ON invoicing.documents USING btree (issued_on, account_id, seq);

CREATE INDEX documents_by_payer ON invoicing.documents USING btree (account_id, payer_id);

CREATE INDEX lines_by_contract ON invoicing.lines USING btree (account_id, contract_id, line);

CREATE INDEX runs_by_job ON jobs.runs USING btree (job, id);

CREATE UNIQUE INDEX runs_one_at_a_time ON jobs.runs USING btree (job) WHERE (state = 'running'::text);

CREATE INDEX runs_to_do ON jobs.runs USING btree (job, due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

CREATE INDEX billed_by_line ON ledger.billed USING btree (account_id, contract_id, line);

CREATE INDEX entries_by_day ON ledger.entries USING btree (entity_id, booked_on, known_order);

CREATE INDEX postings_by_day ON ledger.postings USING brin (booked_on);

CREATE INDEX postings_by_document ON ledger.postings USING btree (document) WHERE (document IS NOT NULL);

CREATE INDEX postings_by_line ON ledger.postings USING btree (account_id, contract_id, line) WHERE (contract_id IS NOT NULL);

CREATE INDEX receivables ON ledger.postings USING btree (account_id, document) WHERE (ledger_account = 1100);

CREATE INDEX attempts_of_message ON mail.attempts USING btree (outbox_id, id);

CREATE INDEX outbox_due ON mail.outbox USING btree (next_attempt_at, id) WHERE (state = 'queued'::text);

CREATE INDEX outbox_leased ON mail.outbox USING btree (lease_until) WHERE (state = 'sending'::text);

CREATE INDEX outbox_of_account ON mail.outbox USING btree (account_id, id) WHERE (account_id IS NOT NULL);

CREATE INDEX outbox_troubled ON mail.outbox USING btree (id) WHERE (state = ANY (ARRAY['failed'::text, 'held'::text]));

CREATE INDEX applications_by_document ON payments.applications USING btree (account_id, document);

CREATE INDEX movements_by_key ON payments.movements USING btree (key);

CREATE INDEX receipts_by_day ON payments.receipts USING btree (received_on, id);

CREATE INDEX schedule_by_contract ON revrec.schedule USING btree (account_id, contract_id);

CREATE INDEX schedule_by_entity ON revrec.schedule USING btree (entity_id, currency);

CREATE INDEX exemptions_by_customer ON tax.exemptions USING btree (account_id, customer_id);

CREATE INDEX conflicts_by_id ON usage.conflicts USING btree (id);

CREATE INDEX events_by_known_order ON usage.events USING brin (known_order) WITH (pages_per_range='16');

CREATE INDEX events_by_time ON usage.events USING brin (occurred_at) WITH (pages_per_range='16');

CREATE INDEX quarantine_by_known_order ON usage.quarantine USING btree (known_order, "position");

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON access.approvals FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON access.audit FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.meters FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.plan_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.product_versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.products FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.concessions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.contracts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.numbers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contracts.versions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.addresses FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.contacts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.customers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.profiles FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.search_terms FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON customers.tax_ids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.accounting_periods FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.entities FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.fx_rates FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entities.tax_ids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER never_empty BEFORE TRUNCATE ON entities.number_counters FOR EACH STATEMENT EXECUTE FUNCTION entities.refuse_turning_back();

CREATE TRIGGER never_turn_back BEFORE DELETE OR UPDATE ON entities.number_counters FOR EACH ROW EXECUTE FUNCTION entities.refuse_turning_back();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.documents FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.numbers FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.run_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.run_failures FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.runs FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.tax_lines FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON invoicing.voids FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON jobs.attempts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER entries_in_open_month AFTER INSERT ON ledger.entries REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_closed();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.billed FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.month_events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.postings FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER postings_agree AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_disagreeing();

CREATE TRIGGER postings_balance AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_unbalanced();

CREATE TRIGGER postings_in_open_month AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_closed();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.attachments FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.attempts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER applications_within_receipt AFTER INSERT ON payments.applications REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_overapplied();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.applications FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.movements FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.receipts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.recognitions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revrec.schedule FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.cities FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.exemption_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.exemptions FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.phrases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.places FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.postcodes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.product_codes FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.remote FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tax.sources FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.rates FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.registrations FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER never_rewritten BEFORE DELETE OR UPDATE ON tax.taxability FOR EACH ROW EXECUTE FUNCTION tax.refuse_rewriting();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.conflicts FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.events FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.quarantine FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

CREATE TRIGGER house_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.releases FOR EACH STATEMENT EXECUTE FUNCTION public.house_refuse_change();

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

ALTER TABLE ONLY catalog.product_versions
    ADD CONSTRAINT product_versions_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.products(id);

ALTER TABLE ONLY contracts.concessions
    ADD CONSTRAINT concessions_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

ALTER TABLE ONLY contracts.decisions
    ADD CONSTRAINT decisions_account_id_contract_id_version_prepared_by_fkey FOREIGN KEY (account_id, contract_id, version, prepared_by) REFERENCES contracts.versions(account_id, contract_id, version, prepared_by);

ALTER TABLE ONLY contracts.versions
    ADD CONSTRAINT versions_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

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

ALTER TABLE ONLY customers.profiles
    ADD CONSTRAINT profiles_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.search_terms
    ADD CONSTRAINT search_terms_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY customers.tax_ids
    ADD CONSTRAINT tax_ids_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers.customers(id);

ALTER TABLE ONLY entities.number_counters
    ADD CONSTRAINT number_counters_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY entities.tax_ids
    ADD CONSTRAINT tax_ids_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities.entities(id);

ALTER TABLE ONLY invoicing.documents
    ADD CONSTRAINT documents_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.lines
    ADD CONSTRAINT lines_account_id_seq_fkey FOREIGN KEY (account_id, seq) REFERENCES invoicing.documents(account_id, seq);

ALTER TABLE ONLY invoicing.run_events
    ADD CONSTRAINT run_events_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.run_failures
    ADD CONSTRAINT run_failures_run_id_fkey FOREIGN KEY (run_id) REFERENCES invoicing.runs(id);

ALTER TABLE ONLY invoicing.tax_lines
    ADD CONSTRAINT tax_lines_account_id_seq_line_fkey FOREIGN KEY (account_id, seq, line) REFERENCES invoicing.lines(account_id, seq, n);

ALTER TABLE ONLY invoicing.voids
    ADD CONSTRAINT voids_account_id_seq_fkey FOREIGN KEY (account_id, seq) REFERENCES invoicing.documents(account_id, seq);

ALTER TABLE ONLY jobs.attempts
    ADD CONSTRAINT attempts_run_id_fkey FOREIGN KEY (run_id) REFERENCES jobs.runs(id);

ALTER TABLE ONLY jobs.runs
    ADD CONSTRAINT runs_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES access.users(id);

ALTER TABLE ONLY ledger.billed
    ADD CONSTRAINT billed_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY ledger.postings
    ADD CONSTRAINT postings_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY ledger.postings
    ADD CONSTRAINT postings_ledger_account_fkey FOREIGN KEY (ledger_account) REFERENCES ledger.accounts(id);

ALTER TABLE ONLY mail.attachments
    ADD CONSTRAINT attachments_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES mail.outbox(id);

ALTER TABLE ONLY mail.attempts
    ADD CONSTRAINT attempts_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES mail.outbox(id);

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY payments.applications
    ADD CONSTRAINT applications_account_id_receipt_id_fkey FOREIGN KEY (account_id, receipt_id) REFERENCES payments.receipts(account_id, id);

ALTER TABLE ONLY payments.receipts
    ADD CONSTRAINT receipts_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY revrec.recognitions
    ADD CONSTRAINT recognitions_account_id_entry_seq_fkey FOREIGN KEY (account_id, entry_seq) REFERENCES ledger.entries(account_id, seq);

ALTER TABLE ONLY revrec.recognitions
    ADD CONSTRAINT recognitions_account_id_schedule_id_fkey FOREIGN KEY (account_id, schedule_id) REFERENCES revrec.schedule(account_id, id);

ALTER TABLE ONLY revrec.schedule
    ADD CONSTRAINT schedule_account_id_contract_id_fkey FOREIGN KEY (account_id, contract_id) REFERENCES contracts.contracts(account_id, id);

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

ALTER TABLE ONLY usage.releases
    ADD CONSTRAINT releases_key_content_fkey FOREIGN KEY (key, content) REFERENCES usage.quarantine(key, content);

GRANT USAGE ON SCHEMA access TO ratable_app;

GRANT USAGE ON SCHEMA catalog TO ratable_app;

GRANT USAGE ON SCHEMA contracts TO ratable_app;

GRANT USAGE ON SCHEMA customers TO ratable_app;

GRANT USAGE ON SCHEMA entities TO ratable_app;

GRANT USAGE ON SCHEMA invoicing TO ratable_app;

GRANT USAGE ON SCHEMA jobs TO ratable_app;

GRANT USAGE ON SCHEMA ledger TO ratable_app;

GRANT USAGE ON SCHEMA mail TO ratable_app;

GRANT USAGE ON SCHEMA payments TO ratable_app;

GRANT USAGE ON SCHEMA revrec TO ratable_app;

GRANT USAGE ON SCHEMA tax TO ratable_app;

GRANT USAGE ON SCHEMA usage TO ratable_app;

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

GRANT SELECT,INSERT ON TABLE catalog.meters TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE catalog.meters_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.plan_versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.product_versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE catalog.products TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE catalog.products_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.concessions TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.concessions_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.contracts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE contracts.contracts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.decisions TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.numbers TO ratable_app;

GRANT SELECT,INSERT ON TABLE contracts.versions TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.accounts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.accounts_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.addresses TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.contacts TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.customers TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE customers.customers_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.profiles TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.search_terms TO ratable_app;

GRANT SELECT,INSERT ON TABLE customers.tax_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.accounting_periods TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.entities TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE entities.entities_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.fx_rates TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE entities.number_counters TO ratable_app;

GRANT SELECT,INSERT ON TABLE entities.tax_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.documents TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.numbers TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.run_events TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.run_failures TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.runs TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE invoicing.runs_id_seq TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.tax_lines TO ratable_app;

GRANT SELECT,INSERT ON TABLE invoicing.voids TO ratable_app;

GRANT SELECT,INSERT ON TABLE jobs.attempts TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE jobs.runs TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE jobs.runs_id_seq TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE jobs.schedules TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.accounts TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.billed TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.entries TO ratable_app;

GRANT SELECT,INSERT ON TABLE ledger.month_events TO ratable_app;

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

GRANT SELECT,INSERT ON TABLE payments.applications TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.movements TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE payments.receipt_ids TO ratable_app;

GRANT SELECT,INSERT ON TABLE payments.receipts TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.recognitions TO ratable_app;

GRANT SELECT,INSERT ON TABLE revrec.schedule TO ratable_app;

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

GRANT SELECT,INSERT ON TABLE usage.conflicts TO ratable_app;

GRANT SELECT,USAGE ON SEQUENCE usage.conflicts_id_seq TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.days TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.events TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.quarantine TO ratable_app;

GRANT SELECT,INSERT,UPDATE ON TABLE usage.quarter_hours TO ratable_app;

GRANT SELECT,INSERT ON TABLE usage.releases TO ratable_app;

