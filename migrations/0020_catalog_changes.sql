-- +goose Up
-- The catalog as a document: what a product sells for alone, what it lets its buyer use, when it leaves the catalog, and
-- changes as proposals that a second person approves. See package catalog.
alter table catalog.product_versions
    add column standalone   jsonb not null default '[]',
    add column entitlements text[] not null default '{}',
    add column retired      boolean not null default false;
-- A price model without a currency: nothing ever wrote or read it.
alter table catalog.product_versions drop column standalone_price;

alter table catalog.plan_versions
    add column currency text not null default '' check (currency = '' or currency ~ '^[A-Z]{3}$'),
    add column retired  boolean not null default false;

-- A proposal holds only what it changes. It counts once another person has approved it.
create table catalog.proposals (
    id          bigint generated always as identity primary key,
    document    json not null,   -- letter by letter as it was proposed
    base        jsonb not null,  -- the version of each thing it was compared with
    reason      text not null default '',
    prepared_by bigint not null, -- 0: the command line
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, prepared_by)
);
select house_reference('catalog.proposals');
select house_append_only('catalog.proposals');

-- What was decided about a proposal. Whoever prepared it cannot approve it.
create table catalog.decisions (
    proposal_id bigint not null,
    seq         smallint not null check (seq >= 1),
    event       text not null check (event in ('submitted', 'approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0), -- a person, never the program
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint decisions_follow_one_another primary key (proposal_id, seq),
    foreign key (proposal_id, prepared_by) references catalog.proposals (id, prepared_by),
    constraint decisions_come_in_their_order check ((event = 'submitted') = (seq = 1) and seq <= 2),
    constraint decisions_take_a_second_person check (event <> 'approved' or by_user <> prepared_by),
    constraint decisions_reject_with_reason check (event <> 'rejected' or reason <> '')
);
select house_reference('catalog.decisions');
select house_append_only('catalog.decisions');

select house_serve('catalog');
