-- +goose Up
-- Recognition and the invoice run bring rows by the ten thousand. A foreign key looks each of them up by itself, which took
-- more time than writing them; the same is checked here once for all the rows a statement brings. What they point at is
-- append-only: it cannot vanish afterwards, so that nothing needs to be locked.

-- Postings: their entry is there and says the same entity, day, currency and book; their account is in the chart. The checks
-- go row by row through the primary key, whatever the planner thought of the tables when they were small.
-- +goose StatementBegin
create or replace function ledger.refuse_disagreeing() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    bad record;
begin
    select p.account_id, p.entry_seq, p.n, e.seq is null as orphan into bad
    from (select account_id, entry_seq, entity_id, booked_on, currency, book, min(n) as n
          from brought group by account_id, entry_seq, entity_id, booked_on, currency, book) p
    left join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
    where (e.entity_id, e.booked_on, e.currency, e.book) is distinct from (p.entity_id, p.booked_on, p.currency, p.book) limit 1;
    if not found then
        return null;
    end if;
    if bad.orphan then
        raise exception 'posting % is of entry % of account %, which is not there', bad.n, bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'ledger', table = 'postings', constraint = 'postings_account_id_entry_seq_fkey';
    end if;
    raise exception 'posting % of entry % of account % has another entity, day, currency or book than its entry',
        bad.n, bad.entry_seq, bad.account_id
        using errcode = 'check_violation', schema = 'ledger', table = 'postings', constraint = 'postings_agree';
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function ledger.refuse_unknown_accounts() returns trigger language plpgsql as $$
declare
    bad record;
begin
    select p.ledger_account into bad
    from (select distinct ledger_account from brought) p
    where not exists (select from ledger.accounts a where a.id = p.ledger_account) limit 1;
    if found then
        raise exception 'account % is not in the chart', bad.ledger_account
            using errcode = 'foreign_key_violation', schema = 'ledger', table = 'postings', constraint = 'postings_ledger_account_fkey';
    end if;
    return null;
end $$;
-- +goose StatementEnd
alter table ledger.postings drop constraint postings_account_id_entry_seq_fkey, drop constraint postings_ledger_account_fkey;
create trigger postings_in_the_chart after insert on ledger.postings
    referencing new table as brought for each statement execute function ledger.refuse_unknown_accounts();

-- Billed records: their entry is there.
-- +goose StatementBegin
create function ledger.refuse_orphans() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    bad record;
begin
    select b.account_id, b.entry_seq into bad
    from (select distinct account_id, entry_seq from brought) b
    left join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
    where e.seq is null limit 1;
    if found then
        raise exception 'what is billed is of entry % of account %, which is not there', bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'ledger', table = tg_table_name, constraint = 'billed_account_id_entry_seq_fkey';
    end if;
    return null;
end $$;
-- +goose StatementEnd
alter table ledger.billed drop constraint billed_account_id_entry_seq_fkey;
create trigger billed_have_an_entry after insert on ledger.billed
    referencing new table as brought for each statement execute function ledger.refuse_orphans();

-- Schedules: their contract is there.
-- +goose StatementBegin
create function revrec.refuse_orphans() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    bad record;
begin
    select s.account_id, s.contract_id into bad
    from (select distinct account_id, contract_id from brought) s
    left join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
    where c.id is null limit 1;
    if found then
        raise exception 'a schedule is of contract % of account %, which is not there', bad.contract_id, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'schedule', constraint = 'schedule_account_id_contract_id_fkey';
    end if;
    return null;
end $$;
-- +goose StatementEnd
alter table revrec.schedule drop constraint schedule_account_id_contract_id_fkey;
create trigger schedule_have_a_contract after insert on revrec.schedule
    referencing new table as brought for each statement execute function revrec.refuse_orphans();

-- Recognitions say whether they are late: booked in another month than the one the revenue belongs to, because that was
-- closed. Late ones are few, and the only ones a report has to look at beside the schedule.
alter table revrec.recognitions add column late boolean;
-- +goose StatementBegin
do $$
begin
    if exists (select from revrec.recognitions) then
        alter table revrec.recognitions disable trigger house_append_only;
        update revrec.recognitions r set late = r.month <> s.month
        from revrec.schedule s where s.account_id = r.account_id and s.id = r.schedule_id;
        alter table revrec.recognitions enable trigger house_append_only;
    end if;
end $$;
-- +goose StatementEnd
alter table revrec.recognitions alter column late set not null;
create index recognitions_late on revrec.recognitions (account_id, schedule_id) where late;

-- Recognitions: their row of the schedule is there and they are late when they say so; their entry is there.
-- +goose StatementBegin
create function revrec.refuse_unscheduled() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    bad record;
begin
    select r.account_id, r.schedule_id, r.late, s.id is null as orphan into bad
    from brought r
    left join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
    where s.id is null or r.late <> (r.month <> s.month) limit 1;
    if found and bad.orphan then
        raise exception 'row % of the schedule of account % is not there to be recognized', bad.schedule_id, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_account_id_schedule_id_fkey';
    end if;
    if found then
        raise exception 'the recognition of row % of account % says late is %, which it is not', bad.schedule_id, bad.account_id, bad.late
            using errcode = 'check_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_say_late';
    end if;
    select r.account_id, r.entry_seq into bad
    from (select distinct account_id, entry_seq from brought where entry_seq is not null) r
    left join ledger.entries e on e.account_id = r.account_id and e.seq = r.entry_seq
    where e.seq is null limit 1;
    if found then
        raise exception 'entry % of account % is not there to recognize anything', bad.entry_seq, bad.account_id
            using errcode = 'foreign_key_violation', schema = 'revrec', table = 'recognitions', constraint = 'recognitions_account_id_entry_seq_fkey';
    end if;
    return null;
end $$;
-- +goose StatementEnd
alter table revrec.recognitions
    drop constraint recognitions_account_id_schedule_id_fkey, drop constraint recognitions_account_id_entry_seq_fkey;
create trigger recognitions_are_scheduled after insert on revrec.recognitions
    referencing new table as brought for each statement execute function revrec.refuse_unscheduled();

select house_serve('ledger');
select house_serve('revrec');
