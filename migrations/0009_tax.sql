-- +goose Up
-- Places, dated rates and rules, our registrations, customers' certificates. See package tax.
-- Reference data but for the certificates. Spans are [starts_on, ends_on); a null ends_on is open.
create extension if not exists btree_gist;

create schema tax;

-- A dated row is history: the only thing that may ever change is that an open one ends.
-- +goose StatementBegin
create function tax.refuse_rewriting() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.ends_on is null and to_jsonb(new) - 'ends_on' = to_jsonb(old) - 'ends_on' then
        return new;
    end if;
    raise exception 'tax.%: a dated row may be ended once, never changed or removed', tg_table_name
        using errcode = 'restrict_violation', schema = tg_table_schema, table = tg_table_name;
end
$$;
-- +goose StatementEnd

-- Where rows come from: which publication, as of when.
create table tax.sources (
    code        text primary key check (code <> ''),
    title       text not null check (title <> ''),
    as_of       date not null,
    license     text not null,
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);

create table tax.places (
    code              text primary key check (code <> ''),
    parent            text references tax.places (code),
    level             text not null check (level in ('union', 'country', 'state', 'province', 'county', 'city', 'district', 'territory')),
    name              text not null check (name <> ''),
    country           text not null,
    region            text not null,
    stacking          text not null check (stacking in ('additive', 'replaces')),
    locals            text not null check (locals in ('none', 'partial')),
    self_administered boolean not null,
    rounding          text not null,
    language          text not null,
    known_order       bigint not null default nextval('known_order'),
    recorded_at       timestamptz not null default now()
);

-- A postcode may lie in several places at once: city, county, transit district.
create table tax.postcodes (
    country     text not null,
    region      text not null,
    place       text not null references tax.places (code),
    first       text not null,
    last        text not null,
    source      text not null references tax.sources (code),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (country, region, place, first),
    check (first <= last and length(first) = length(last))
);

create table tax.cities (
    country     text not null,
    region      text not null,
    city        text not null check (city = lower(city)),
    place       text not null references tax.places (code),
    source      text not null references tax.sources (code),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (country, region, city, place)
);

create table tax.rates (
    place       text not null references tax.places (code),
    tax         text not null check (tax in ('sales', 'lease', 'vat', 'gst', 'hst', 'pst', 'qst', 'rst', 'jct')),
    class       text not null check (class <> ''),
    rate        numeric(9, 7) not null check (rate >= 0 and rate < 1),
    starts_on   date not null,
    ends_on     date check (ends_on > starts_on),
    source      text not null references tax.sources (code),
    confidence  text not null check (confidence in ('high', 'medium', 'low')),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (place, tax, class, starts_on),
    constraint rates_never_two_live
        exclude using gist (place with =, tax with =, class with =, daterange(starts_on, ends_on) with &&)
);

create table tax.product_codes (
    code             text primary key check (code <> ''),
    name             text not null,
    family           text not null,
    eu_consumer_rule text not null check (eu_consumer_rule in ('art45', 'art58', 'art59')),
    known_order      bigint not null default nextval('known_order'),
    recorded_at      timestamptz not null default now()
);

-- product is a code, a family of codes or '*'.
create table tax.taxability (
    place         text not null references tax.places (code),
    product       text not null check (product <> ''),
    customer_kind text not null check (customer_kind in ('any', 'business', 'consumer', 'government', 'nonprofit')),
    treatment     text not null check (treatment in ('taxable', 'exempt', 'no_tax', 'undecided')),
    share         numeric(5, 4) not null check (share > 0 and share <= 1),
    class         text not null,
    starts_on     date not null,
    ends_on       date check (ends_on > starts_on),
    citation      text not null check (citation <> ''),
    confidence    text not null check (confidence in ('high', 'medium', 'low')),
    source        text not null references tax.sources (code),
    known_order   bigint not null default nextval('known_order'),
    recorded_at   timestamptz not null default now(),
    primary key (place, product, customer_kind, starts_on),
    constraint taxability_never_two_live
        exclude using gist (place with =, product with =, customer_kind with =, daterange(starts_on, ends_on) with &&)
);

-- What a seller from abroad does when the buyer is a taxable person of the place.
create table tax.remote (
    place       text primary key references tax.places (code),
    reason      text not null check (reason in ('reverse_charge', 'outside_scope', 'not_subject_to_tax')),
    note        text not null,
    citation    text not null,
    source      text not null references tax.sources (code),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now()
);

create table tax.phrases (
    code        text not null,
    language    text not null check (language ~ '^[a-z]{2}$'),
    text        text not null check (text <> ''),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (code, language)
);

-- By the entity's code, so that the law can be loaded before the first entity is created.
create table tax.registrations (
    entity      text not null check (entity <> ''),
    place       text not null references tax.places (code),
    scheme      text not null check (scheme in ('local', 'oss_union', 'oss_nonunion', 'simplified')),
    number      text not null,
    starts_on   date not null,
    ends_on     date check (ends_on > starts_on),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (entity, place, scheme, starts_on),
    constraint registrations_never_two_live
        exclude using gist (entity with =, place with =, scheme with =, daterange(starts_on, ends_on) with &&)
);

-- A certificate as the customer sent it, and what somebody decided about it.
create table tax.exemptions (
    account_id  bigint not null,
    id          bigint generated by default as identity,
    customer_id bigint not null,
    place       text not null,
    product     text not null, -- a product code, or '' for all
    form        text not null,
    reason      text not null check (reason <> ''),
    number      text not null,
    starts_on   date not null,
    ends_on     date check (ends_on > starts_on),
    known_order bigint not null default nextval('known_order'),
    recorded_at timestamptz not null default now(),
    primary key (account_id, id)
);
create table tax.exemption_decisions (
    account_id   bigint not null,
    exemption_id bigint not null,
    known_order  bigint not null default nextval('known_order'),
    verdict      text not null check (verdict in ('verified', 'rejected', 'revoked')),
    decided_on   date not null,
    decided_by   text not null check (decided_by <> ''),
    recorded_at  timestamptz not null default now(),
    primary key (account_id, exemption_id, known_order)
);
select house_shard('tax.exemptions');
select house_shard('tax.exemption_decisions');
alter table tax.exemptions add foreign key (customer_id, account_id) references customers.customers (id, account_id);
alter table tax.exemptions add foreign key (place) references tax.places (code);
alter table tax.exemption_decisions add foreign key (account_id, exemption_id) references tax.exemptions (account_id, id);
create index exemptions_by_customer on tax.exemptions (account_id, customer_id);

create trigger never_rewritten before update or delete on tax.rates for each row execute function tax.refuse_rewriting();
create trigger never_rewritten before update or delete on tax.taxability for each row execute function tax.refuse_rewriting();
create trigger never_rewritten before update or delete on tax.registrations for each row execute function tax.refuse_rewriting();

select house_append_only('tax.sources');
select house_append_only('tax.places');
select house_append_only('tax.postcodes');
select house_append_only('tax.cities');
select house_append_only('tax.product_codes');
select house_append_only('tax.remote');
select house_append_only('tax.phrases');
select house_append_only('tax.exemptions');
select house_append_only('tax.exemption_decisions');

select house_serve('tax');
