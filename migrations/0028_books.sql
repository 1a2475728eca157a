-- +goose Up
-- Books of several sets of rules, and what every posting comes to in the currency its entity keeps its ledger in.
-- See package ledger, convert.go.

-- An entry without a book is in every book. One in a foreign currency says the rate of its day, as published on rate_on.
alter table ledger.entries
    add column book    text not null default '' check (book in ('', 'us_gaap', 'ifrs')),
    add column rate    numeric check (rate > 0),
    add column rate_on date,
    add constraint entries_rate_has_a_day check ((rate is null) = (rate_on is null));

-- A posting repeats its entry's book, so that sums need no join. Its functional amount is in minor units of the entity's
-- currency. What only moves value between days (a gain or loss on exchange) has no amount in the entry's currency.
alter table ledger.postings
    add column book text not null default '',
    add column functional bigint;

-- What is booked already is converted at the rate of its day; what this leaves of a balance that is settled, the next
-- remeasurement clears. An entry no rate is known for stays at nothing until then.
-- +goose StatementBegin
do $$
begin
    if not exists (select from ledger.postings) then
        return;
    end if;
    alter table ledger.postings disable trigger house_append_only;
    update ledger.postings p set functional = p.amount
    from entities.entities o where o.id = p.entity_id and o.currency = p.currency;

    create function pg_temp.quoted(b text, q text, d date) returns numeric language sql as $f$
        select case when r.base = b then r.rate else 1 / r.rate end
        from entities.fx_rates r
        where b <> q and (r.base, r.quote) in ((b, q), (q, b)) and r.quoted_on <= d
        order by r.quoted_on desc, r.known_order desc limit 1
    $f$;
    create function pg_temp.decimals(c text) returns integer language sql as $f$
        select case
            when c in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 0
            when c in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
            else 2 end
    $f$;
    create temporary table day_rates on commit drop as
        select d.currency, d.booked_on, d.entity_id, pg_temp.decimals(o.currency) - pg_temp.decimals(d.currency) as shift,
            coalesce(pg_temp.quoted(d.currency, o.currency, d.booked_on),
                pg_temp.quoted(d.currency, 'EUR', d.booked_on) * pg_temp.quoted('EUR', o.currency, d.booked_on), 0) as rate
        from (select distinct currency, booked_on, entity_id from ledger.postings where functional is null) d
        join entities.entities o on o.id = d.entity_id;
    update ledger.postings p set functional = round(p.amount * x.rate * power(10::numeric, x.shift))
    from day_rates x
    where p.functional is null and (x.currency, x.booked_on, x.entity_id) = (p.currency, p.booked_on, p.entity_id);
    alter table ledger.entries disable trigger house_append_only;
    update ledger.entries e set rate = round(x.rate, 16), rate_on = e.booked_on
    from day_rates x
    where x.rate > 0 and (x.currency, x.booked_on, x.entity_id) = (e.currency, e.booked_on, e.entity_id);
    alter table ledger.entries enable trigger house_append_only;
    -- The cents of conversion stand on the largest posting, so that the entry balances.
    update ledger.postings p set functional = p.functional - x.rest
    from (
        select account_id, entry_seq, sum(functional) as rest, (array_agg(n order by abs(amount) desc, n))[1] as n
        from ledger.postings group by account_id, entry_seq having sum(functional) <> 0
    ) x
    where (p.account_id, p.entry_seq, p.n) = (x.account_id, x.entry_seq, x.n);
    update ledger.postings set functional = amount where functional is null; -- of an entity that is not there
    alter table ledger.postings enable trigger house_append_only;
    drop function pg_temp.quoted(text, text, date);
    drop function pg_temp.decimals(text);
end $$;
-- +goose StatementEnd
alter table ledger.postings
    alter column functional set not null,
    drop constraint postings_amount_check,
    add constraint postings_amount_check check (amount <> 0 or functional <> 0);

-- Each entry balances in both currencies, checked once for all the entries a statement brings.
-- +goose StatementBegin
create or replace function ledger.refuse_unbalanced() returns trigger language plpgsql as $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.currency, sum(p.amount) as difference, sum(p.functional) as functional into bad
    from brought p group by p.account_id, p.entry_seq, p.currency having sum(p.amount) <> 0 or sum(p.functional) <> 0 limit 1;
    if found then
        if bad.difference = 0 then
            raise exception 'entry % of account % does not balance: debits and credits in the currency of its entity differ by % minor units',
                bad.entry_seq, bad.account_id, bad.functional
                using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_balance_functional';
        end if;
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

-- +goose StatementBegin
create or replace function ledger.refuse_disagreeing() returns trigger language plpgsql as $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.n into bad
    from brought p join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
    where (e.entity_id, e.booked_on, e.currency, e.book) <> (p.entity_id, p.booked_on, p.currency, p.book) limit 1;
    if found then
        raise exception 'posting % of entry % of account % has another entity, day, currency or book than its entry',
            bad.n, bad.entry_seq, bad.account_id
            using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_agree';
    end if;
    return null;
end $$;
-- +goose StatementEnd

-- Gains and losses on exchange are reported by document; they are few.
create index exchange_differences on ledger.postings (entity_id, booked_on) where ledger_account in (7000, 7100);

-- Who recorded a rate; 0 is a feed or the command line.
alter table entities.fx_rates add column by_user bigint not null default 0;
create index fx_rates_by_day on entities.fx_rates (quoted_on);

select house_serve('ledger');
select house_serve('entities');
