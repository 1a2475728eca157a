-- +goose Up
-- What was delivered, and revenue of days that are not those a charge is known by. See packages contracts and revrec.

-- A milestone was reached: what its line asks for once may be billed. That is a fact, and comes once.
create table contracts.deliveries (
    account_id   bigint not null,
    contract_id  bigint not null,
    line         text not null,
    delivered_on date not null,
    note         text not null default '',
    by_user      bigint not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    primary key (account_id, contract_id, line)
);
select house_shard('contracts.deliveries');
alter table contracts.deliveries add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('contracts.deliveries');

-- An installment is known by its day and earned over the days of service, before and after it.
alter table revrec.schedule drop constraint schedule_check1;

select house_serve('contracts');
select house_serve('revrec');
