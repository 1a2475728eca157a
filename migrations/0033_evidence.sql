-- +goose Up
-- The auditor: reads everything the books rest on, draws samples, changes nothing. See packages access and evidence.
alter table access.users
    drop constraint users_known_roles,
    drop constraint users_roles_do_not_conflict,
    add constraint users_known_roles check
        (roles <@ array['sales', 'finance', 'accountant', 'support', 'product', 'admin', 'auditor', 'customer']);
-- +goose StatementBegin
create or replace function access.roles_conflict(roles text[]) returns boolean
    language sql immutable as $$
    select (roles @> array['admin'] and roles && array['sales', 'finance', 'accountant'])
        or (roles @> array['sales'] and roles && array['finance', 'accountant'])
        or (roles @> array['auditor'] and cardinality(roles) > 1)
        or (roles @> array['customer'] and cardinality(roles) > 1)
$$;
-- +goose StatementEnd
alter table access.users add constraint users_roles_do_not_conflict check (not access.roles_conflict(roles));

create schema evidence;
create sequence evidence.sample_ids as bigint;

-- A sample: what it was drawn from, how, and by which seed. Drawn again from the same it is the same.
create table evidence.samples (
    id          bigint primary key default nextval('evidence.sample_ids'),
    entity_id   bigint not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),
    source      text not null,  -- first words of the entries' sources; empty: all
    method      text not null check (method in ('random', 'monetary_unit')),
    size        integer not null check (size between 1 and 1000),
    seed        text not null check (seed <> ''),
    known       bigint not null,  -- entries known by then
    population  bigint not null,  -- entries
    moved       bigint not null,  -- minor units that they move
    reason      text not null,
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('evidence.samples');
select house_append_only('evidence.samples');

create table evidence.items (
    sample_id  bigint not null references evidence.samples (id),
    n          integer not null check (n >= 1),
    account_id bigint not null,
    entry_seq  bigint not null,
    moved      bigint not null,  -- minor units
    hits       integer not null check (hits >= 1),
    primary key (sample_id, n)
);
select house_reference('evidence.items');
select house_append_only('evidence.items');

select house_serve('evidence');
