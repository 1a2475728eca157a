// Package entitlements answers what a customer may use right now, and why.
//
// It owns Derive, the pure function from what was agreed to features with their limits; the answers in memory that follow
// the database (Cache); and what is announced when one changes. It does not own what a product promises (catalog), what a
// contract says or how usage fills its caps and balances (contracts: the same pricing that bills says both), nor who may ask
// (web/api). Whether bills are held back changes nothing here: a hold stops paper, not service.
//
// Times: an answer is of a civil day in the zone of the entity that sells, contract by contract; usage counts up to the last
// event rolled up. An answer carries a version, the digest of what it says: equal facts give equal versions on every node.
//
// Invariants, each with a test: deriving twice gives the same bytes; what a trial, a term, a pause or a cap takes away is
// gone on its day without anybody's doing; limits of contracts add up; a change of the facts reaches every node's answers
// within a second; while the database is away answers go on and say since when they are not confirmed.
package entitlements
