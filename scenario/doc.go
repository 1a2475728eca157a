// Package scenario plays contracts and dated facts in memory.
//
// It owns the scenario document (YAML or JSON: parties, catalog, contracts,
// facts), the calendar by which facts and runs follow each other, and the three
// ways an outcome is written: text for an accountant, JSON, hledger.
//
// It does not own any price, tax, document or entry: every one comes from the
// functions that the runs call (invoicing.Decide and Issue, revrec.Decide,
// payments, ledger.Standing). What it holds itself is what the database would:
// standing balances, issued documents, counters, closed months. It never opens a
// database and knows no clock.
//
// Times: a fact's `on` is the day it counts for and, unless `known` says later,
// the day it is learned; runs happen once a day, after the day's facts.
//
// Invariants: Play is pure, so the same scenario gives the same bytes; a day on
// which nothing can have come due is passed over, and looking at every day gives
// the same outcome; usage is added up by day while it is read.
package scenario
