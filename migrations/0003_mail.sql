-- +goose Up
-- Mail to be sent and what became of it. See package mail. These rows are the truth; a job is only a wake-up.
-- Queue rows stay on the coordinator when facts are sharded, like jobs and sessions: account_id is an attribute here.
create schema mail;

create table mail.outbox (
    id              bigint generated always as identity primary key,
    account_id      bigint,
    -- What the message is about and which edition of it, such as "invoice:RUS-2026-000123:v1": one key, one message, for ever.
    message_key     text not null check (message_key <> ''),
    -- RFC 5322 Message-ID with its brackets, the same on every try, so that a mailbox drops a copy accepted twice.
    message_id      text not null check (message_id ~ '^<[^<>@\s]+@[^<>@\s]+>$'),
    -- Of what was enqueued: the same key with other content is refused instead of dropped.
    content_sha256  bytea not null check (length(content_sha256) = 32),
    sender          jsonb not null,
    reply_to        jsonb,
    recipients      jsonb not null check (jsonb_array_length(recipients) > 0),
    copies          jsonb not null check (jsonb_typeof(copies) = 'array'),
    subject         text not null check (subject <> '' and subject !~ '[\r\n]'),
    text_body       text not null,
    html_body       text not null,
    queued_by       text not null check (queued_by <> ''),
    queued_at       timestamptz not null default now(),

    -- Below is delivery, the only part that changes.
    state           text not null check (state in ('queued', 'sending', 'sent', 'failed', 'held')),
    attempts        integer not null default 0 check (attempts >= 0),
    -- Tries since a person last put it back: what the patience is measured by.
    tries           integer not null default 0 check (tries >= 0),
    next_attempt_at timestamptz not null default 'epoch',
    lease_until     timestamptz,
    last_error      text not null default '',
    sent_at         timestamptz,
    constraint outbox_key_is_unique unique (message_key),
    constraint outbox_message_id_is_unique unique (message_id),
    constraint outbox_lease_while_sending check ((state = 'sending') = (lease_until is not null)),
    constraint outbox_sent_says_when check ((state = 'sent') = (sent_at is not null))
) with (fillfactor = 80);

create index outbox_due on mail.outbox (next_attempt_at, id) where state = 'queued';
create index outbox_leased on mail.outbox (lease_until) where state = 'sending';
create index outbox_troubled on mail.outbox (id) where state in ('failed', 'held');
create index outbox_of_account on mail.outbox (account_id, id) where account_id is not null;

-- An attachment is either bytes, or the name of a document that is rendered when the message is sent.
create table mail.attachments (
    outbox_id      bigint not null references mail.outbox (id),
    position       integer not null check (position > 0),
    name           text not null,
    content_type   text not null,
    content        bytea,
    sha256         bytea check (length(sha256) = 32),
    document_kind  text,
    document_ref   text,
    primary key (outbox_id, position),
    constraint attachment_is_bytes_or_document check (
        (content is not null and sha256 is not null and name <> '' and content_type <> '' and document_kind is null and document_ref is null)
        or (content is null and sha256 is null and document_kind <> '' and document_ref <> ''))
);
alter table mail.attachments alter column content set storage external; -- PDFs are compressed already
select house_append_only('mail.attachments');

create table mail.attempts (
    id          bigint generated always as identity primary key,
    outbox_id   bigint not null references mail.outbox (id),
    attempt     integer not null check (attempt > 0),
    -- lost: whoever held the lease never said what became of it.
    outcome     text not null check (outcome in ('sent', 'temporary', 'permanent', 'lost')),
    transport   text not null,
    -- The server's answer, or ours when it never came to that.
    reply       text not null,
    -- Of each attachment as it was sent, in order.
    sha256s     bytea[] not null,
    recorded_at timestamptz not null default now()
);
create index attempts_of_message on mail.attempts (outbox_id, id);
select house_append_only('mail.attempts');

select house_serve('mail');
-- What a message says is frozen once it is queued; only its delivery moves on.
revoke update on mail.outbox from ratable_app;
grant update (state, attempts, tries, next_attempt_at, lease_until, last_error, sent_at) on mail.outbox to ratable_app;
