-- +goose Up
-- What customers want to know of before it is on an invoice: alert rules and the alerts that fired. See package spend.
create schema spend;
create sequence spend.rule_ids as bigint;

-- A rule is its latest revision. To change or remove it is to append another: what stood when an alert fired stays told.
create table spend.rules (
    account_id  bigint not null,
    id          bigint not null,
    revision    integer not null check (revision >= 1),
    customer_id bigint not null,             -- who is told, and whose page shows it
    contract_id bigint,                      -- null: all that the customer pays
    kind        text not null check (kind in ('amount', 'units', 'percent')),
    meter       text not null default '',    -- of units: a meter, or
    line        text not null default '',    -- a line of the contract
    limit_kind  text not null default '' check (limit_kind in ('', 'cap', 'prepaid', 'credit', 'commitment')),
    limit_id    text not null default '',
    thresholds  numeric[] not null check (cardinality(thresholds) between 1 and 10),
    roles       text[] not null,             -- contacts of the customer with these roles, and
    addresses   text[] not null,             -- these mailboxes; neither: webhook only
    set_by      text not null check (set_by in ('staff', 'customer')),
    removed     boolean not null default false,
    by_user     bigint not null,
    by_name     text not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id, revision),
    constraint rules_of_units_name_what_counts check ((kind = 'units') = ((meter <> '') <> (line <> ''))),
    constraint rules_of_percent_name_a_limit check ((kind = 'percent') = (limit_kind <> '' and limit_id <> '')),
    constraint rules_of_a_line_or_limit_name_the_contract check (contract_id is not null or (line = '' and limit_kind = ''))
);
create index rules_by_known_order on spend.rules (known_order);
select house_shard('spend.rules');
select house_append_only('spend.rules');

-- That an alert fired: once per rule, period and threshold, whatever is corrected afterwards. A late correction that
-- takes the value below the threshold does not take the alert back, and a second rise does not repeat it.
create table spend.fired (
    account_id   bigint not null,
    rule         text not null,              -- "rule:12", or of a contract by itself "contract:7:cap:monthly"
    period_key   date not null,              -- the day of invoicing for amounts, the first day of the period for others
    threshold    numeric not null,
    period_start date not null,
    period_end   date not null,
    customer_id  bigint not null,
    contract_id  bigint,
    kind         text not null check (kind in ('amount', 'units', 'percent')),
    subject      text not null,              -- what of: "Cap of 5,000.00 a month"
    unit         text not null,              -- currency, or what is counted
    value        numeric not null,           -- when it fired
    size         numeric,                    -- of the limit
    mailed       text not null default '',   -- key of the message; empty: none was sent for this threshold
    fired_on     date not null,
    known_order  bigint not null default nextval('known_order'),
    recorded_at  timestamptz not null default now(),
    constraint fired_once primary key (account_id, rule, period_key, unit, threshold)
);
create index fired_by_rule on spend.fired (rule);
create index fired_by_customer on spend.fired (customer_id, recorded_at desc);
select house_shard('spend.fired');
select house_append_only('spend.fired');

-- How far the job has looked: usage and rules known up to this place have been judged, and everybody on this day.
create table spend.looked (
    name       text primary key,
    seen_order bigint not null, -- the highest known_order that was judged
    through    date
);
select house_reference('spend.looked');

select house_serve('spend');

-- Whose usage changed since the last look is asked every minute: block ranges must be there as soon as blocks are full.
alter index usage.keys_by_known_order set (autosummarize = on);
create index corrections_by_known_order on usage.corrections using brin (known_order) with (pages_per_range = 16, autosummarize = on);
