// Package catalog owns what is sold: products, meters, price models and plans, each as append-only versions.
//
// It does not own what a customer agreed to (contracts), what was consumed (usage), or any posting.
//
// Times: StartsOn is the civil day from which a version may be sold. A version is never edited; the newest version
// that has started wins, so a version that starts earlier than its predecessor supersedes it altogether.
// recorded_at and known_order in the tables say when we learned of it, for audit and replay.
//
// Invariants: a price that Validate accepts covers every quantity from zero upward exactly once;
// Rate is pure and exact: the steps add up to the total, and nothing is rounded here.
package catalog
