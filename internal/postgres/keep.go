package postgres

import "reflect"

// Keep gives what a package remembers of a database for as long as the process has it open: a T, empty at first, the same
// for all who ask. Only what never changes once it is committed belongs there, such as the codes of append-only tables;
// the rest is asked for each time.
func Keep[T any](db *DB) *T {
	kind := reflect.TypeFor[T]()
	if kept, ok := db.kept.Load(kind); ok {
		return kept.(*T)
	}
	kept, _ := db.kept.LoadOrStore(kind, new(T))
	return kept.(*T)
}
