-- +goose Up
-- What is told to other systems, and what became of it. See package webhook. These rows are the truth; whoever sends only looks at them.
-- Queue rows stay on the coordinator when facts are sharded, like mail and jobs: account_id is an attribute here.
create schema webhook;

-- The order of events. It is taken after the locks that Emit takes, so that the events of one object are numbered as they are committed.
create sequence webhook.sequences as bigint;

-- One fact, one event. `key` is the first half of SHA-256 over the fact's natural key, `content` over what the event says: 16 bytes
-- each keep the index small. No foreign keys: the invoice run writes thousands, and nothing they would point to is ever deleted.
create table webhook.events (
    sequence    bigint not null default nextval('webhook.sequences'),
    account_id  bigint,                    -- null: of no paying family, such as a month of our books
    key         uuid not null,
    content     uuid not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    type        text not null check (type ~ '^[a-z_]+\.[a-z_]+$'),
    object_kind text not null check (object_kind <> ''),
    object_id   text not null check (object_id <> ''),
    customer    text,                      -- its external id
    data        json,                      -- letter by letter what is signed; null: swept after the retention
    constraint events_pkey primary key (sequence),
    constraint events_key_is_unique unique (key)
);
create index events_of_object on webhook.events (object_id, sequence);
-- Events arrive in the order of time, so block ranges find a day without a second big index.
create index events_by_time on webhook.events using brin (recorded_at) with (pages_per_range = 16);

create table webhook.endpoints (
    id            bigint generated always as identity primary key,
    url           text not null check (url ~ '^https?://' and length(url) <= 2000),
    description   text not null,
    types         text[] not null,         -- empty: every type there is
    status        text not null check (status in ('enabled', 'disabled', 'removed')),
    -- Why it stands so: a person's word, "410 Gone", "failed for 3 days".
    reason        text not null default '',
    status_at     timestamptz not null default now(),
    failing_since timestamptz,             -- the first failure since something last arrived
    owner_email   text not null,           -- who is told when it is disabled
    created_by    text not null check (created_by <> ''),
    created_at    timestamptz not null default now()
);

-- What an endpoint's events are signed with: two of them while one takes over from the other. In a table of its own, so that a role
-- that reads the rest does not read these.
create table webhook.secrets (
    endpoint_id bigint not null references webhook.endpoints (id),
    id          bigint generated always as identity,
    secret      bytea not null check (length(secret) between 24 and 64),
    created_at  timestamptz not null default now(),
    expires_at  timestamptz,               -- null: until it is rotated
    primary key (endpoint_id, id)
);

-- One event on its way to one endpoint.
create table webhook.deliveries (
    id              bigint generated always as identity primary key,
    endpoint_id     bigint not null,
    sequence        bigint not null,       -- of the event
    -- A hash of the event's object: within an endpoint, what shares a lane goes one after the other.
    lane            bigint not null,
    state           text not null default 'waiting' check (state in ('waiting', 'sending', 'delivered', 'failed', 'dropped')),
    attempts        integer not null default 0 check (attempts >= 0),
    -- Tries since a person last asked for it: what the patience is measured by.
    tries           integer not null default 0 check (tries >= 0),
    next_attempt_at timestamptz not null default 'epoch',
    lease_until     timestamptz,
    -- The latest event of the same object that was given up before this one was sent.
    after_failed    bigint,
    last_code       integer,
    last_error      text not null default '',
    delivered_at    timestamptz,
    replayed_at     timestamptz,
    constraint deliveries_once unique (endpoint_id, sequence),
    constraint deliveries_lease_while_sending check ((state = 'sending') = (lease_until is not null)),
    constraint deliveries_say_when check (state <> 'delivered' or delivered_at is not null)
) with (fillfactor = 70);
create index deliveries_due on webhook.deliveries (endpoint_id, next_attempt_at, sequence) where state = 'waiting';
create index deliveries_leased on webhook.deliveries (lease_until) where state = 'sending';
create index deliveries_open on webhook.deliveries (endpoint_id, lane, sequence) where state in ('waiting', 'sending', 'failed');
create index deliveries_of_event on webhook.deliveries (sequence);

create table webhook.attempts (
    id          bigint generated always as identity primary key,
    delivery_id bigint not null references webhook.deliveries (id),
    attempt     integer not null check (attempt > 0),
    -- lost: whoever held the lease never said what became of it.
    outcome     text not null check (outcome in ('delivered', 'failed', 'lost')),
    sent_at     timestamptz not null,
    latency_ms  integer not null check (latency_ms >= 0),
    url         text not null,
    code        integer,                   -- null: it never came to an answer
    error       text not null default '',
    -- Null once swept. Signatures are left out: they are made with a secret.
    request_headers  jsonb,
    response_headers jsonb,
    response_body    text,
    recorded_at timestamptz not null default now()
);
create index attempts_of_delivery on webhook.attempts (delivery_id, id);
create index attempts_to_sweep on webhook.attempts (recorded_at) where request_headers is not null;

select house_serve('webhook');
-- What an event says is frozen; only the sweep takes its data away. An attempt is history but for what the sweep takes.
revoke update on webhook.events, webhook.attempts, webhook.secrets, webhook.endpoints, webhook.deliveries from ratable_app;
grant update (data) on webhook.events to ratable_app;
grant update (request_headers, response_headers, response_body) on webhook.attempts to ratable_app;
grant update (expires_at) on webhook.secrets to ratable_app;
select house_serve_delete('webhook.secrets');
grant update (url, description, types, status, reason, status_at, failing_since, owner_email) on webhook.endpoints to ratable_app;
grant update (state, attempts, tries, next_attempt_at, lease_until, after_failed, last_code, last_error, delivered_at, replayed_at) on webhook.deliveries to ratable_app;
