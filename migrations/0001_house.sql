-- What every later migration builds on: the order in which facts became known, the guards that keep
-- history unchanged, and the grants of the role that serves.
--
-- +goose Up

-- The place of a fact in the order of knowing. Every fact table has
--     known_order bigint not null default nextval('known_order')
-- "As known on" replays facts up to a watermark of this sequence; recorded_at is for audit only.
create sequence known_order as bigint;
grant usage, select on sequence known_order to ratable_app;

-- +goose StatementBegin
create function house_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: append a correction instead', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              schema = tg_table_schema, table = tg_table_name,
              detail = lower(tg_op) || ' was refused';
end $$;
-- +goose StatementEnd

-- house_append_only makes a table history: nobody updates, deletes or truncates it, the owner included.
-- The trigger runs once per statement, so even a statement that would touch no row is refused, and an
-- "insert ... on conflict do update" too.
-- +goose StatementBegin
create function house_append_only(t regclass) returns void language plpgsql as $$
begin
    execute format('create or replace trigger house_append_only before update or delete or truncate on %s '
                   'for each statement execute function house_refuse_change()', t);
    execute format('revoke update, delete, truncate on %s from ratable_app', t);
end $$;
-- +goose StatementEnd

-- house_is_append_only tells whether a table carries the guard above.
-- +goose StatementBegin
create function house_is_append_only(t regclass) returns boolean language sql stable as $$
    select exists (select from pg_trigger g where g.tgrelid = t and g.tgname = 'house_append_only')
$$;
-- +goose StatementEnd

-- house_serve_table lets the serving role read and write one table; an append-only one it may not update.
-- +goose StatementBegin
create function house_serve_table(t regclass) returns void language plpgsql as $$
begin
    execute format('grant select, insert, update on %s to ratable_app', t);
    if house_is_append_only(t) then
        execute format('revoke update, delete, truncate on %s from ratable_app', t);
    end if;
end $$;
-- +goose StatementEnd

-- house_serve opens a schema to the serving role: call it at the end of each migration, after the tables
-- and their house_append_only. Nothing may be deleted unless house_serve_delete says so.
-- +goose StatementBegin
create function house_serve(schema_name text) returns void language plpgsql as $$
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
-- +goose StatementEnd

-- house_serve_delete is for what is no fact and may vanish: sessions, staging rows, locks.
-- +goose StatementBegin
create function house_serve_delete(t regclass) returns void language plpgsql as $$
begin
    if house_is_append_only(t) then
        raise exception '% is append-only: nothing may delete from it', t;
    end if;
    execute format('grant delete on %s to ratable_app', t);
end $$;
-- +goose StatementEnd

-- house_shard distributes a growing table by account where the database is a distributed one (Citus), and
-- does nothing on plain PostgreSQL. Call it between "create table" and "add foreign key".
-- house_reference is the same for small tables that every node keeps whole.
-- +goose StatementBegin
create function house_shard(t regclass) returns void language plpgsql as $$
begin
    if exists (select from pg_extension where extname = 'citus') then
        perform create_distributed_table(t, 'account_id');
    end if;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function house_reference(t regclass) returns void language plpgsql as $$
begin
    if exists (select from pg_extension where extname = 'citus') then
        perform create_reference_table(t);
    end if;
end $$;
-- +goose StatementEnd
