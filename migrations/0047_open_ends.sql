-- +goose Up
-- A merge is about the accounts of both customers, and one that is taken back about that of whom the duplicate was taken for: its row
-- names only the duplicate.
-- +goose StatementBegin
create or replace function entitlements.merged() returns trigger language plpgsql as $$
begin
    perform pg_notify('entitlements', string_agg(distinct c.account_id::text, ' '))
    from customers.customers c
    where c.id in (select duplicate_id from changed
                   union select into_id from changed
                   union select m.into_id from customers.merges m join changed using (duplicate_id));
    return null;
end $$;
-- +goose StatementEnd

-- Moves that wait are looked for with every page that counts approvals.
create index steps_asked on onboarding.steps (customer, known_order) where step = 'asked';
