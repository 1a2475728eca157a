// Package tidy holds the house rules that a compiler does not: who imports whom,
// where SQL lives and whose tables it touches, that every statement prepares on
// the migrated database, who may round money, and how long things get. It has
// tests only.
package tidy
