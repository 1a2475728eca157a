-- +goose Up
-- What answers from memory are derived with, besides contracts and usage: the meters that contracts count by, the plans that
-- they renew to, and the zones of our entities. Each is rare, and each may be what the very next contract stands on. See 0039.
create trigger entitlements_touched after insert or update on catalog.meters
    for each statement execute function entitlements.everybody();
create trigger entitlements_touched after insert on catalog.plan_versions
    for each statement execute function entitlements.everybody();
create trigger entitlements_touched after insert or update on entities.entities
    for each statement execute function entitlements.everybody();
