-- +goose Up
-- Partners: what they earn, what a marketplace keeps, what an agent passes on. See packages partners, invoicing and revrec.

insert into ledger.accounts (id, code, name, type) values
    (2400, 'CommissionPayable', 'Commissions payable', 'liability'),
    (2450, 'PayableToPrincipal', 'Payable to suppliers (we are the agent)', 'liability'),
    (6100, 'CommissionExpense', 'Commission expense', 'expense'),
    (6200, 'ChannelFees', 'Marketplace fees', 'expense');
create index owed_to_partners on ledger.postings (customer_id) where ledger_account in (2400, 2450);

-- What the marketplace keeps of a document: less is due by it.
alter table invoicing.documents
    add column fee bigint not null default 0,
    drop constraint documents_check,
    add constraint documents_add_up check (net + tax - fee = total);

-- What of a schedule row is not our revenue, because we are the agent.
alter table revrec.schedule
    add column passed_on bigint not null default 0,
    drop constraint schedule_amount_check,
    add constraint schedule_says_something check (amount <> 0 or passed_on <> 0);

create schema partners;
create sequence partners.settlement_ids as bigint;

-- What a partner or supplier was paid. It is booked in the party's own account; what it lowers is owed in the accounts of
-- the contracts it was earned on.
create table partners.settlements (
    account_id  bigint not null,
    id          bigint not null default nextval('partners.settlement_ids'),
    party_id    bigint not null,
    owed        text not null check (owed in ('commission', 'supply')),
    entity_id   bigint not null,  -- whose bank account
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    amount      bigint not null check (amount > 0),  -- minor units
    settled_on  date not null,
    booked_on   date not null check (booked_on >= settled_on),
    reference   text not null,
    entry_seq   bigint not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
select house_shard('partners.settlements');
alter table partners.settlements add foreign key (account_id, entry_seq) references ledger.entries (account_id, seq);
create index settlements_by_party on partners.settlements (party_id);
select house_append_only('partners.settlements');

select house_serve('partners');
select house_serve('ledger');
select house_serve('invoicing');
select house_serve('revrec');
