-- +goose Up
-- Sealing a month asks some ninety tables what became known in between; most of them have nothing. See package closing.

-- house_lanes as in 0043. OFFSET 0 keeps the planner from writing the hash into each of the four sums, where every fact was
-- turned into JSON and hashed four times; and whole numbers add up faster than numeric, to the same sum.
-- +goose StatementBegin
create or replace function house_lanes(t regclass, columns text[], after_order bigint, through_order bigint)
returns table (place bigint, facts bigint, a numeric, b numeric, c numeric, d numeric) language plpgsql stable set timezone = 'UTC' as $$
declare
    sums text := format('select known_order, sha256(convert_to((select to_jsonb(x) from (select %s) x)::text, ''UTF8'')) as sum
              from %s where known_order > $1 and known_order <= $2 offset 0',
        (select string_agg(format('%I', n), ', ' order by i) from unnest(columns) with ordinality as o (n, i)), t);
begin
    if exists (select from privacy.erased_facts e where e.table_name = t::text and e.fact_order > after_order and e.fact_order <= through_order) then
        sums := format('select h.known_order, coalesce((select e.had from privacy.erased_facts e
              where e.table_name = $3 and e.columns = $4 and e.has = h.sum and e.fact_order = h.known_order limit 1), h.sum) as sum from (%s) h offset 0', sums);
    end if;
    return query execute format($q$
        select s.known_order, count(*),
               sum(('x' || encode(substr(s.sum, 1, 8), 'hex'))::bit(64)::bigint), sum(('x' || encode(substr(s.sum, 9, 8), 'hex'))::bit(64)::bigint),
               sum(('x' || encode(substr(s.sum, 17, 8), 'hex'))::bit(64)::bigint), sum(('x' || encode(substr(s.sum, 25, 8), 'hex'))::bit(64)::bigint)
        from (%s) s
        group by s.known_order$q$, sums)
    using after_order, through_order, t::text, columns;
end $$;
-- +goose StatementEnd

-- house_fingerprint gives the same as in 0036, and hashes only where there is something.
-- +goose StatementBegin
create or replace function house_fingerprint(t regclass, columns text[], after_order bigint, through_order bigint, out facts bigint, out digest text)
language plpgsql stable set timezone = 'UTC' as $$
declare
    anything boolean;
begin
    execute format('select exists (select from %s where known_order > $1 and known_order <= $2)', t) into anything using after_order, through_order;
    if anything or exists (select from house_retired_facts r
                           where r.table_name = t::text and r.columns = house_fingerprint.columns and r.place > after_order and r.place <= through_order) then
        select coalesce(sum(h.facts), 0)::bigint,
               encode(sha256(convert_to(format('%s/%s/%s/%s/%s', coalesce(sum(h.facts), 0), sum(h.a), sum(h.b), sum(h.c), sum(h.d)), 'UTF8')), 'hex')
        into facts, digest
        from (select l.facts, l.a, l.b, l.c, l.d from house_lanes(t, columns, after_order, through_order) l
              union all
              select r.facts, r.a, r.b, r.c, r.d from house_retired_facts r
              where r.table_name = t::text and r.columns = house_fingerprint.columns and r.place > after_order and r.place <= through_order) h;
    else
        facts := 0;
        digest := encode(sha256(convert_to('0////', 'UTF8')), 'hex');
    end if;
end $$;
-- +goose StatementEnd
