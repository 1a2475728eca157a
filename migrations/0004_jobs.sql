-- +goose Up
-- What was due, who performs it, how it went. See package internal/jobs.
create schema jobs;

-- How far a job's ticks have been turned into runs. The row's lock is what makes
-- one scheduler plan at a time.
create table jobs.schedules (
    job             text primary key check (job <> ''),
    planned_through timestamptz not null
);

create table jobs.runs (
    id             bigint generated always as identity primary key,
    job            text not null check (job <> ''),
    due_at         timestamptz not null,
    as_of          date not null,
    trigger        text not null check (trigger in ('tick', 'manual')),
    -- Who asked for a manual run: a user, or 0 and a name for the program.
    requested_by   bigint not null references access.users (id),
    requested_name text not null,
    state          text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
    -- Rises each time somebody begins the run: what an earlier holder still
    -- reports carries an older number and changes nothing.
    attempt        integer not null default 0,
    failures       integer not null default 0,
    retry_at       timestamptz,
    holder         text,
    lease_until    timestamptz,
    started_at     timestamptz,
    finished_at    timestamptz,
    progress_done  bigint not null default 0,
    progress_total bigint not null default 0,
    progress_note  text not null default '',
    summary        jsonb,
    error          text,
    constraint runs_each_tick_once unique (job, due_at),
    constraint runs_held_while_running check ((state = 'running') = (lease_until is not null and holder is not null)),
    constraint runs_finished check ((state in ('done', 'failed')) = (finished_at is not null))
);
-- One leader per job: at most one run of it is under way in all processes.
create unique index runs_one_at_a_time on jobs.runs (job) where state = 'running';
create index runs_to_do on jobs.runs (job, due_at) where state in ('waiting', 'running');
create index runs_by_job on jobs.runs (job, id);

-- How each attempt ended. A lost one is written by whoever took the run over.
create table jobs.attempts (
    run_id   bigint not null references jobs.runs (id),
    attempt  integer not null,
    holder   text not null,
    ended_at timestamptz not null default now(),
    outcome  text not null check (outcome in ('done', 'failed', 'stopped', 'lost')),
    error    text not null,
    primary key (run_id, attempt)
);
select house_append_only('jobs.attempts');

select house_serve('jobs');
