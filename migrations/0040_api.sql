-- +goose Up
-- The API: what was answered under an Idempotency-Key, and when a token was last used. See packages web/api and internal/access.

create schema api;

-- The answer to a request that changed something, written in the transaction of the change: both are there or neither. Sent
-- again, the request is answered from here. It is no fact of the business and goes after its time (api.Sweep).
create table api.answers (
    user_id     bigint not null,  -- whose token asked: keys of two callers are strangers
    key         text not null check (length(key) between 1 and 200),
    request     bytea not null check (length(request) = 32), -- SHA-256 of method, address and body
    status      smallint not null check (status between 200 and 299),
    kind        text not null,    -- media type of the body, empty without one
    location    text not null,
    body        bytea not null,
    answered_at timestamptz not null,
    primary key (user_id, key)
);
create index answers_by_age on api.answers (answered_at);
select house_serve('api');
select house_serve_delete('api.answers');

-- To the hour: enough to see which tokens nobody uses.
alter table access.tokens add column last_used_at timestamptz;
