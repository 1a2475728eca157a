-- +goose Up
-- A person's data, where it stands as bytes: what privacy.places searches are texts. See 0043.

-- 1. Answers kept under an Idempotency-Key are JSON: as a text they are searched and rewritten like every other.
alter table api.answers alter column body type text using convert_from(body, 'UTF8');

-- 2. The events of a backfill are kept packed, with the dimensions that may name a person. What a backfill did stands in
-- events and corrections; of a person's accounts the copy goes. One that still waits is then refused, not applied without
-- its events: its sender sends it again.
-- +goose StatementBegin
create or replace function privacy.erase_usage(r privacy.requests) returns jsonb
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
    rows := privacy.rewrite(r.id, 'usage.backfills', format('length(x.body) > 0 and x.account_id = any (%L::bigint[])', r.accounts), 'jsonb_build_object(''body'', ''\x'')');
    if rows > 0 then
        result := result || jsonb_build_object('table', 'usage.backfills', 'rows', rows);
    end if;
    return result;
end $$;
-- +goose StatementEnd
