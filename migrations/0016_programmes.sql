-- +goose Up
-- Reasons of ours to give value away: each with somebody who answers for it, a budget and an end. A programme is changed
-- by a further version; the last one counts, for contracts signed before too.
create table contracts.programmes (
    code        text not null,
    version     integer not null check (version >= 1),
    name        text not null check (name <> ''),
    owner_id    bigint not null,  -- the user who answers for it
    budget      bigint not null check (budget > 0),  -- minor units, in all
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),  -- first day after it
    reason      text not null default '',
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint programmes_follow_one_another primary key (code, version),
    constraint programmes_change_with_reason check (version = 1 or reason <> '')
);
select house_reference('contracts.programmes');
select house_append_only('contracts.programmes');
select house_serve('contracts');
