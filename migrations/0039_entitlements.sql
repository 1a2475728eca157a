-- +goose Up
-- What customers may use right now, and who is told when it changes. See package entitlements.

-- What a product version lets its buyer use: {"sso": "on", "seats": {"per_unit": "1"}, "api": {"meter": "api.calls"}}. The
-- column entitlements holds what versions said before there was more to say than yes; it is read with the others.
alter table catalog.product_versions add column features jsonb not null default '{}' check (jsonb_typeof(features) = 'object');

create schema entitlements;

-- What was last announced of a customer, so that a change is announced once, by whoever sees it first. Derived from the facts
-- and written again at will: losing it announces nothing that is not so.
create table entitlements.announced (
    account_id   bigint not null, -- of the customer
    customer_id  bigint not null,
    nth          bigint not null default 0, -- how many changes were announced
    terms        jsonb not null,  -- by feature: may it be used, in what state, how much, until when
    announced_at timestamptz not null default now(),
    primary key (account_id, customer_id)
) with (fillfactor = 80);
select house_shard('entitlements.announced');
select house_serve('entitlements');

-- Whoever answers from memory listens on the channel "entitlements": each statement that changes what answers depend on says
-- the accounts it was about, once each, in as few messages as hold them (a message holds less than 8,000 bytes). A message is
-- delivered with the commit, or not at all. It is a hint and no fact: listeners also look by themselves.
-- +goose StatementBegin
create function entitlements.touched() returns trigger language plpgsql as $$
begin
    perform pg_notify('entitlements', accounts)
    from (select string_agg(account_id::text, ' ') as accounts
          from (select account_id, (row_number() over (order by account_id) - 1) / 400 as part
                from (select distinct account_id from changed) as distinct_accounts) as parts
          group by part) as messages;
    return null;
end $$;
-- +goose StatementEnd

-- A merge is about the accounts of both customers.
-- +goose StatementBegin
create function entitlements.merged() returns trigger language plpgsql as $$
begin
    perform pg_notify('entitlements', string_agg(distinct c.account_id::text, ' '))
    from changed join customers.customers c on c.id in (changed.duplicate_id, changed.into_id);
    return null;
end $$;
-- +goose StatementEnd

-- A new product version may be what any contract sells.
-- +goose StatementBegin
create function entitlements.everybody() returns trigger language plpgsql as $$
begin
    notify entitlements, '*';
    return null;
end $$;
-- +goose StatementEnd

create trigger entitlements_touched after insert on contracts.decisions
    referencing new table as changed for each statement execute function entitlements.touched();
create trigger entitlements_touched after insert on contracts.notices
    referencing new table as changed for each statement execute function entitlements.touched();
create trigger entitlements_touched after insert on contracts.deliveries
    referencing new table as changed for each statement execute function entitlements.touched();
-- An upsert fires both of the first two, each with its own rows.
create trigger entitlements_touched_insert after insert on usage.days
    referencing new table as changed for each statement execute function entitlements.touched();
create trigger entitlements_touched_update after update on usage.days
    referencing new table as changed for each statement execute function entitlements.touched();
create trigger entitlements_touched_delete after delete on usage.days
    referencing old table as changed for each statement execute function entitlements.touched();
create trigger entitlements_touched after insert on customers.merges
    referencing new table as changed for each statement execute function entitlements.merged();
create trigger entitlements_touched after insert on catalog.product_versions
    for each statement execute function entitlements.everybody();

-- Tokens are kept in memory too (access.Door): what ends one is said at once. Its last use is no such thing.
-- +goose StatementBegin
create function access.doors_change() returns trigger language plpgsql as $$
begin
    notify access_doors;
    return null;
end $$;
-- +goose StatementEnd
create trigger doors_change after update of revoked_at, expires_at, scopes on access.tokens
    for each statement execute function access.doors_change();
create trigger doors_change after update of disabled_at, roles, customer_id on access.users
    for each statement execute function access.doors_change();
