-- +goose Up
-- What an accountant judges about a contract under the five steps: whole documents, each effective from a day on and counted
-- once another person has approved it. See revrec.Assessment.
create table revrec.assessments (
    account_id   bigint not null,
    contract_id  bigint not null,  -- of several that are combined, the first
    number       integer not null check (number >= 1),
    effective_on date not null,
    document     jsonb not null,
    reason       text not null check (reason <> ''),
    prepared_by  bigint not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    constraint assessments_are_numbered primary key (account_id, contract_id, number)
);
select house_shard('revrec.assessments');
alter table revrec.assessments add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('revrec.assessments');

-- One answer to each: what is rejected is proposed anew. The order of approval says which counts where several are effective.
create table revrec.assessment_decisions (
    account_id  bigint not null,
    contract_id bigint not null,
    number      integer not null,
    event       text not null check (event in ('approved', 'rejected')),
    prepared_by bigint not null,
    by_user     bigint not null,
    reason      text not null default '',
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint assessments_are_decided_once primary key (account_id, contract_id, number),
    constraint assessments_four_eyes check (by_user <> prepared_by and by_user <> 0),
    constraint assessments_rejected_with_reason check (event <> 'rejected' or reason <> '')
);
select house_shard('revrec.assessment_decisions');
alter table revrec.assessment_decisions
    add foreign key (account_id, contract_id, number) references revrec.assessments (account_id, contract_id, number);
select house_append_only('revrec.assessment_decisions');

-- Rows beside what is stated, and rows in another pattern, say which assessment they follow. A book of its own has only what
-- it sees otherwise: its rows replace none of those that are in every book.
alter table revrec.schedule
    add column assessment integer not null default 0 check (assessment >= 0),
    add column book text not null default '' check (book in ('', 'us_gaap', 'ifrs'));

select house_serve('revrec');
