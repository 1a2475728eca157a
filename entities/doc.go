// Package entities owns our own legal entities: who sells, in which zone and currency, with which number series,
// exchange rates and accounting calendar.
//
// It does not own customers, tax registrations (tax) or accounting months and their closing (ledger).
//
// Times: an exchange rate holds on the civil day it was published for and is the best known for the seven days after;
// TimeZone says which civil day an instant belongs to; a document number counts within the year its caller names
// (the year of the issue date in the entity's zone).
//
// Invariants: numbers of one series have no gap and no repeat, whatever rolls back or runs at the same time;
// a rate is never edited, the last one recorded for a pair and day wins; periods of one calendar never overlap.
package entities
