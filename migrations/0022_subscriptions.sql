-- +goose Up
-- Pay as you go: who may not be sold to, and sign-up on a published plan. See packages customers and contracts.

-- Whoever entered a customer does not clear it. 0: the program, or before this was kept.
alter table customers.customers add column entered_by bigint not null default 0;

-- A list of sanctioned parties as it was published. The one imported last counts; the others stay, because past
-- screenings name them.
create table customers.screening_lists (
    id          bigint generated always as identity primary key,
    source      text not null check (source <> ''),
    digest      bytea not null check (length(digest) = 32),  -- of the files
    imported_on date not null,
    entries     integer not null check (entries > 0),
    names       integer not null check (names >= entries),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('customers.screening_lists');
select house_append_only('customers.screening_lists');

create table customers.screening_entries (
    list_id   bigint not null references customers.screening_lists (id),
    entry     bigint not null,  -- the publisher's number
    kind      text not null check (kind in ('entity', 'individual', 'vessel', 'aircraft')),
    name      text not null check (name <> ''),
    programs  text not null default '',
    countries text[] not null default '{}',  -- of its addresses
    remarks   text not null default '',
    primary key (list_id, entry)
);
select house_reference('customers.screening_entries');
select house_append_only('customers.screening_entries');

-- Every name of an entry, as it stands and as it is compared.
create table customers.screening_names (
    list_id bigint not null,
    entry   bigint not null,
    seq     smallint not null check (seq >= 1),
    name    text not null,
    term    text not null check (term <> ''),
    primary key (list_id, entry, seq),
    foreign key (list_id, entry) references customers.screening_entries (list_id, entry)
);
select house_reference('customers.screening_names');
select house_append_only('customers.screening_names');
create index screening_names_by_part on customers.screening_names using gin (term gin_trgm_ops);

-- In how many names of a list a word occurs: a rare one says more.
create table customers.screening_words (
    list_id bigint not null references customers.screening_lists (id),
    word    text not null,
    names   integer not null check (names >= 1),
    primary key (list_id, word)
);
select house_reference('customers.screening_words');
select house_append_only('customers.screening_words');

-- What a comparison found. At or above the threshold it waits for a person; it rests on an earlier decision only when a
-- person decided about the same names and the same entries.
create table customers.screenings (
    id          bigint generated always as identity primary key,
    customer_id bigint not null references customers.customers (id),
    entered_by  bigint not null,
    list_id     bigint not null references customers.screening_lists (id),
    screened_on date not null,
    query       text[] not null,  -- the customer's names
    score       numeric(5, 4) not null check (score between 0 and 1),
    threshold   numeric(5, 4) not null,
    result      text not null check (result in ('clear', 'possible')),
    matches     jsonb not null,
    rests_on    bigint references customers.screenings (id),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, entered_by),
    constraint screenings_never_clear_a_match check ((result = 'possible') = (score >= threshold)),
    constraint screenings_rest_on_an_earlier_one check (rests_on is null or rests_on < id and result = 'possible')
);
select house_reference('customers.screenings');
select house_append_only('customers.screenings');
create index screenings_by_customer on customers.screenings (customer_id, id desc);
create index screenings_possible on customers.screenings (id) where result = 'possible';

create table customers.screening_decisions (
    screening_id bigint primary key,
    entered_by   bigint not null,
    decision     text not null check (decision in ('cleared', 'confirmed')),
    by_user      bigint not null check (by_user > 0),  -- a person, never the program
    reason       text not null check (reason <> ''),
    decided_on   date not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    foreign key (screening_id, entered_by) references customers.screenings (id, entered_by),
    constraint screening_decisions_take_a_second_person check (by_user <> entered_by)
);
select house_reference('customers.screening_decisions');
select house_append_only('customers.screening_decisions');
select house_serve('customers');

create sequence contracts.subscription_numbers;

-- A version that is what a published plan says counts by the plan's own approval. The keys hold it to that: the plan
-- version exists, and it is the one that the document names.
alter table contracts.versions
    add column plan_code    text generated always as (document -> 'plan' ->> 'code') stored,
    add column plan_version integer generated always as ((document -> 'plan' ->> 'version')::integer) stored,
    add constraint versions_name_their_plan unique (account_id, contract_id, version, plan_code, plan_version);
create index versions_by_plan on contracts.versions (plan_code, plan_version) where plan_code is not null;

alter table contracts.decisions
    add column plan_code    text,
    add column plan_version integer,
    drop constraint decisions_event_check;
alter table contracts.decisions
    add constraint decisions_event_check check (event in ('submitted', 'endorsed', 'approved', 'rejected', 'renewed', 'signed')),
    add constraint decisions_sign_a_published_plan check (
        (event = 'signed') = (plan_code is not null) and (event = 'signed') = (plan_version is not null)
        and (event <> 'signed' or (by_user = 0 and seq = 1 and required = '{}' and covered = '{}' and reason <> ''))),
    add foreign key (account_id, contract_id, version, plan_code, plan_version)
        references contracts.versions (account_id, contract_id, version, plan_code, plan_version),
    add foreign key (plan_code, plan_version) references catalog.plan_versions (code, version);
drop index contracts.decisions_approve_once;
create unique index decisions_approve_once on contracts.decisions (account_id, contract_id, version) where event in ('approved', 'renewed', 'signed');

-- A sign-up as it was asked for, once by its key. One that is held has a contract when a person has cleared the match.
create table contracts.sign_ups (
    key         text primary key check (key <> ''),
    digest      bytea not null check (length(digest) = 32),  -- of the request
    request     jsonb not null,
    account_id  bigint not null,
    customer_id bigint not null,
    number      text references contracts.numbers (number),  -- null: held
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('contracts.sign_ups');
select house_append_only('contracts.sign_ups');
create index sign_ups_held on contracts.sign_ups (customer_id) where number is null;

create table contracts.sign_up_releases (
    key         text primary key references contracts.sign_ups (key),
    number      text not null references contracts.numbers (number),
    by_user     bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);
select house_reference('contracts.sign_up_releases');
select house_append_only('contracts.sign_up_releases');
select house_serve('contracts');
