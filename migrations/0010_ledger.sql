-- +goose Up
-- What is booked: append-only entries that balance. See package ledger.
create schema ledger;

-- The chart of accounts that the engine posts to. Finance maps these to its own general ledger.
create table ledger.accounts (
    id   smallint primary key,
    code text not null unique,
    name text not null,
    type text not null check (type in ('asset', 'liability', 'revenue', 'expense'))
);
select house_reference('ledger.accounts');

insert into ledger.accounts (id, code, name, type) values
    (1010, 'Cash', 'Cash at bank', 'asset'),
    (1100, 'AccountsReceivable', 'Accounts receivable', 'asset'),
    (1150, 'UnbilledReceivable', 'Unbilled receivable', 'asset'),
    (2100, 'DeferredRevenue', 'Deferred revenue', 'liability'),
    (2200, 'TaxLiability', 'Tax payable', 'liability'),
    (2300, 'CustomerBalance', 'Customer balances (unapplied cash)', 'liability'),
    (4000, 'Revenue', 'Revenue', 'revenue'),
    (4100, 'OverageRevenue', 'Overage revenue', 'revenue');
select house_append_only('ledger.accounts');

-- Closing and reopening a month are facts. Months close in order and reopen in reverse, so that the books of
-- an entity are closed through one month and open after it; what lies before the first close is closed too.
create table ledger.month_events (
    entity_id   bigint not null,
    month       date not null check (extract(day from month) = 1),
    seq         integer not null check (seq >= 1),
    event       text not null check (event in ('closed', 'reopened')),
    by_user     bigint not null,
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (entity_id, month, seq)
);
select house_reference('ledger.month_events');
select house_append_only('ledger.month_events');

-- +goose StatementBegin
create function ledger.closed_through(entity bigint) returns date language sql stable as $$
    select max(m.month)
    from (select distinct on (e.month) e.month, e.event from ledger.month_events e
          where e.entity_id = entity order by e.month, e.seq desc) m
    where m.event = 'closed'
$$;
-- +goose StatementEnd

-- An entry is one booking. Its place in the account's book (seq) is the lock: two writers that loaded the
-- same book want the same place, one of them fails and looks again. Its source says what it books, once.
create table ledger.entries (
    account_id  bigint not null,
    seq         bigint not null check (seq >= 1),
    entity_id   bigint not null,
    source      text not null check (source <> ''),
    booked_on   date not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    memo        text not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, seq),
    constraint entries_book_a_source_once unique (account_id, source)
);
select house_shard('ledger.entries');
select house_append_only('ledger.entries');
create index entries_by_day on ledger.entries (entity_id, booked_on, known_order);

-- Amounts are minor units, debit positive, credit negative.
create table ledger.postings (
    account_id     bigint not null,
    entry_seq      bigint not null,
    n              smallint not null check (n >= 1),
    ledger_account smallint not null,
    amount         bigint not null check (amount <> 0),
    currency       text not null,
    entity_id      bigint not null,
    booked_on      date not null,
    customer_id    bigint,  -- who the balance is with: the payer
    contract_id    bigint,
    line           text,    -- lineage: the contract line, commitment or cap
    month          date,    -- the month a revenue belongs to, which may be before booked_on
    document       text,    -- invoice, credit note or receipt number
    schedule_id    bigint,  -- the revenue schedule row that is recognized
    primary key (account_id, entry_seq, n),
    check ((contract_id is null) = (line is null))
);
select house_shard('ledger.postings');
alter table ledger.postings
    add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq),
    add foreign key (ledger_account) references ledger.accounts (id);
select house_append_only('ledger.postings');
create index postings_by_line on ledger.postings (account_id, contract_id, line) where contract_id is not null;
create index postings_by_day on ledger.postings using brin (booked_on);
create index postings_by_document on ledger.postings (document) where document is not null;
create index receivables on ledger.postings (account_id, document) where ledger_account = 1100;

-- What has been asked for, line by line: issued, credited, voided. Invoicing compares it with what is due,
-- recognition with what is earned; neither reads the other's tables.
create table ledger.billed (
    account_id    bigint not null,
    entry_seq     bigint not null,
    n             smallint not null check (n >= 1),
    event         text not null check (event in ('issue', 'credit', 'void')),
    contract_id   bigint not null,
    line          text not null,
    kind          text not null,
    starts_on     date not null,
    ends_on       date not null check (ends_on > starts_on),
    amount        bigint not null,  -- minor units before tax; credits and voids are negative
    currency      text not null,
    document      text not null,
    document_line integer not null,
    booked_on     date not null,
    due_on        date,
    primary key (account_id, entry_seq, n)
);
select house_shard('ledger.billed');
alter table ledger.billed add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
select house_append_only('ledger.billed');
create index billed_by_line on ledger.billed (account_id, contract_id, line);

-- Each entry balances, checked once for all the entries a statement brings. The postings of an entry come in
-- one statement, from n = 1 on: so none can be added to it afterwards.
-- +goose StatementBegin
create function ledger.refuse_unbalanced() returns trigger language plpgsql as $$
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
-- +goose StatementEnd
create trigger postings_balance after insert on ledger.postings
    referencing new table as brought for each statement execute function ledger.refuse_unbalanced();

-- Postings repeat their entry's entity, day and currency, so that sums need no join. They must not differ.
-- +goose StatementBegin
create function ledger.refuse_disagreeing() returns trigger language plpgsql as $$
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
-- +goose StatementEnd
create trigger postings_agree after insert on ledger.postings
    referencing new table as brought for each statement execute function ledger.refuse_disagreeing();

-- A closed month stays closed. The shared lock lasts until the booking commits, and whoever closes a month takes
-- it alone: so no booking that began in an open month ends up in a closed one.
-- +goose StatementBegin
create function ledger.refuse_closed() returns trigger language plpgsql as $$
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
-- +goose StatementEnd
-- +goose StatementBegin
create function ledger.months_lock(entity bigint) returns bigint language sql immutable as $$
    select hashtextextended('ledger.months', entity)
$$;
-- +goose StatementEnd
create trigger entries_in_open_month after insert on ledger.entries
    referencing new table as brought for each statement execute function ledger.refuse_closed();
create trigger postings_in_open_month after insert on ledger.postings
    referencing new table as brought for each statement execute function ledger.refuse_closed();

select house_serve('ledger');
