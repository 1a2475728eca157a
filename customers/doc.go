// Package customers owns the parties we sell to: the customer, the account (the paying family), addresses, contacts and
// tax identities, and finding any of them.
//
// It does not own contracts, tax exemptions (tax), users who may log in (access) or our own entities (entities).
//
// Times: names, addresses, contacts and tax identities hold from a civil day (starts_on) until a later fact replaces
// them; what is given at creation holds "since ever", because a customer had an address before we knew it. Every read says
// asOf. SignedUpOn is a fact of business, never a boundary of reads. recorded_at is for audit only.
//
// Invariants: nothing is edited: of the facts in force the latest start wins, of equal starts the one known last;
// a customer belongs to the account of its parent; each legal entity has at most one house account, without customers;
// an external id means one customer for ever. A duplicate is a fact beside it (Merger), which moves nothing.
package customers
