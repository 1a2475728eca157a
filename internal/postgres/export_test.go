package postgres

// MigrateFiles is Migrate with other files than the embedded ones.
var MigrateFiles = migrate

// NormalizeDump is what Dump does to pg_dump's output.
var NormalizeDump = normalizeDump
