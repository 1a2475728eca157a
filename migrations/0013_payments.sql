-- +goose Up
-- What was paid: bank transfers received, and the invoices they were applied to. See package payments.
create schema payments;

create sequence payments.receipt_ids as bigint;

-- Money that came in. Never card numbers: references are masked before they get here.
create table payments.receipts (
    account_id  bigint not null,
    id          bigint not null default nextval('payments.receipt_ids'),
    entity_id   bigint not null,  -- whose bank account
    payer_id    bigint not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    amount      bigint not null check (amount > 0),  -- minor units
    received_on date not null,
    booked_on   date not null,    -- received_on, or the first open day after it
    reference   text not null,    -- what the payer wrote
    transaction text not null default '',  -- what the bank calls it, where it says
    nth         integer not null check (nth >= 1),  -- of rows that are alike in every cell
    entry_seq   bigint not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id),
    check (booked_on >= received_on)
);
select house_shard('payments.receipts');
alter table payments.receipts add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
create index receipts_by_day on payments.receipts (received_on, id);
select house_append_only('payments.receipts');

-- One row per receipt, whole on every node: where it is, and that a repeated import finds it. The key says
-- which movement of the bank account it is.
create table payments.movements (
    entity_id  bigint not null,
    key        text not null check (key <> ''),
    account_id bigint not null,
    receipt_id bigint not null unique,
    constraint movements_are_recorded_once primary key (entity_id, key)
);
select house_reference('payments.movements');
create index movements_by_key on payments.movements (key);
select house_append_only('payments.movements');

-- What a receipt pays. A negative amount takes an application back, so that the rows of a receipt add up to
-- what is applied. Its place (n) among them is taken once.
create table payments.applications (
    account_id  bigint not null,
    receipt_id  bigint not null,
    n           integer not null check (n >= 1),
    document    text not null check (document <> ''),
    amount      bigint not null check (amount <> 0),  -- minor units
    booked_on   date not null,
    entry_seq   bigint not null,
    reason      text not null default '',
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, receipt_id, n),
    constraint applications_say_why_taken_back check (amount > 0 or reason <> '')
);
select house_shard('payments.applications');
alter table payments.applications
    add foreign key (account_id, receipt_id) references payments.receipts (account_id, id),
    add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
create index applications_by_document on payments.applications (account_id, document);
select house_append_only('payments.applications');

-- Nobody applies more than came in, or takes back more than was applied.
-- +goose StatementBegin
create function payments.refuse_overapplied() returns trigger language plpgsql as $$
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
-- +goose StatementEnd
create trigger applications_within_receipt after insert on payments.applications
    referencing new table as brought for each statement execute function payments.refuse_overapplied();

select house_serve('payments');
