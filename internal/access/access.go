// Package access says who may do what, and keeps the record of who did it.
//
// It owns users and their roles, passwords, sessions, API tokens, approvals
// (one person prepares, another decides) and the audit trail.
//
// It does not own what is approved or audited: a Subject is a kind and a key
// that the owning package chose, and access never looks behind it.
//
// Times: every instant here is wall-clock time (an attempt, a session's end, an
// audit row); none is business time. Callers pass `now` where it decides.
//
// Invariants:
//   - the audit trail and the approvals are append-only, by trigger and grant;
//   - nobody decides what they requested or prepared: Go refuses it with a
//     sentence, and a CHECK refuses it again;
//   - a session or token whose user lost a role or was disabled is dead, even
//     when a request that was under way writes it back;
//   - the database holds no password, session token or API token in the clear.
package access
