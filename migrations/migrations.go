// Package migrations owns the database's shape: numbered SQL files, applied once each, in order, and
// never edited after they have been released. It holds no code; internal/postgres applies them.
package migrations

import "embed"

// FS holds every migration, named NNNN_schema.sql. They are forward only (goose "Up" sections): a
// mistake is corrected by the next number.
//
//go:embed [0-9]*.sql
var FS embed.FS
