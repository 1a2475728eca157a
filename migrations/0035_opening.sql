-- +goose Up
-- What a company brings along when it comes from another billing system: balances on the eve of the day from which we keep its
-- books. See package opening.
create schema opening;

-- One opening per legal entity, currency and day. The file is kept as it was given: what was proved can be read again.
create table opening.files (
    id          bigint generated always as identity primary key,
    entity_id   bigint not null,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    cut_over    date not null check (extract(day from cut_over) = 1),
    source      bytea not null,
    sha256      bytea not null check (sha256 = sha256(source)),
    prepared_by bigint not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    unique (id, prepared_by),
    constraint files_bring_a_day_over_once unique (entity_id, currency, cut_over)
);
select house_reference('opening.files');
select house_append_only('opening.files');

-- An account is brought over in one transaction, once: a file that was killed half way goes on with the others.
create table opening.brought (
    account_id  bigint not null,
    file_id     bigint not null,
    entries     integer not null check (entries >= 0),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint brought_once primary key (account_id, file_id)
);
select house_shard('opening.brought');
alter table opening.brought add foreign key (file_id) references opening.files (id);
select house_append_only('opening.brought');

-- Another person looked at the proof and put a seal on it: the digest of what it showed.
create table opening.seals (
    file_id     bigint primary key,
    prepared_by bigint not null,
    by_user     bigint not null check (by_user > 0),
    digest      bytea not null check (length(digest) = 32),
    reason      text not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    foreign key (file_id, prepared_by) references opening.files (id, prepared_by),
    constraint seals_take_a_second_person check (by_user <> prepared_by)
);
select house_reference('opening.seals');
select house_append_only('opening.seals');

select house_serve('opening');

-- What moves between months of a line that was brought over, where the figure of the other system stands and the rest of the
-- price is earned over the rest of the term. See revrec.Carried.
create table revrec.carried (
    account_id  bigint not null,
    contract_id bigint not null,
    line        text not null,
    kind        text not null,
    starts_on   date not null,
    ends_on     date not null check (ends_on > starts_on),
    month       date not null check (extract(day from month) = 1),
    amount      bigint not null check (amount <> 0), -- minor units, beside what the schedule says
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    constraint carried_once primary key (account_id, contract_id, line, kind, starts_on, ends_on, month)
);
select house_shard('revrec.carried');
alter table revrec.carried add foreign key (account_id, contract_id) references contracts.contracts (account_id, id);
select house_append_only('revrec.carried');
select house_serve('revrec');
