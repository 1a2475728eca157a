// Package demo fills an empty database with a believable company and lives its
// last year: Northlight Systems, two legal entities, some forty customers in six
// countries, contracts, usage by the hour, billing days, payments, closed months.
//
// It owns the story (customers.yaml, catalog.yaml, contracts/) and the order in
// which it is told. It owns no table and no rule: everything goes in by the verbs
// that people and jobs use, so what a newcomer sees is what the product does.
//
// Times: the story is written for November 2026 as its open month and moved by
// whole months to the month of Options.Today; the clock is Options.Now.
//
// Invariants: the same Today gives the same facts; a database that was filled is
// left alone; a fill that was killed goes on where it stopped, for the day it
// began on.
package demo

import (
	"context"
	"fmt"
	"time"

	"ratable/internal/access"
	"ratable/internal/period"
)

// Options of a fill. All but Progress are required.
type Options struct {
	Today period.Date // the open month is its month
	Now   time.Time   // events later than this are refused by usage

	// BillingDay recognizes the months that are over and issues the invoices of a
	// day. A day that is held for its totals is released by finance and tried again.
	BillingDay func(ctx context.Context, day period.Date) error

	Progress func(done, total int64, note string)
}

// Summary says what a fill left behind.
type Summary struct {
	Filled    bool `json:"-"` // by this call; false when the company was there
	Text      string
	Today     period.Date
	Customers int
	Contracts int
	Events    int
	Documents int64
	Receipts  int64
	Released  []string // billing days that were held, and let go
}

func (s *Summary) describe() {
	s.Text = fmt.Sprintf("%s: %d customers, %d contracts, %d usage events, %d invoices and credit notes, %d receipts",
		companyName, s.Customers, s.Contracts, s.Events, s.Documents, s.Receipts)
}

const companyName = "Northlight Systems"

// Login is a person of the demo who can sign in.
type Login struct {
	Role     access.Role
	Email    string
	Password string
	Name     string
}

const password = "northern lights at midnight"

// Logins is one for each role, and a second one for sales and finance, because
// nobody approves what they prepared themselves.
var Logins = []Login{
	{access.Sales, "sofia@northlight.example", password, "Sofia Lindgren"},
	{access.Sales, "tomas@northlight.example", password, "Tomas Berg"},
	{access.Finance, "farah@northlight.example", password, "Farah Nasser"},
	{access.Finance, "felix@northlight.example", password, "Felix Brandt"},
	{access.Accountant, "alma@northlight.example", password, "Alma Castillo"},
	{access.Support, "sven@northlight.example", password, "Sven Okafor"},
	{access.Product, "paula@northlight.example", password, "Paula Jansen"},
	{access.Admin, "ada@northlight.example", password, "Ada Kowalczyk"},
	{access.Auditor, "astrid@northlight.example", password, "Astrid Holm"},
	{access.Customer, "dana@helios-robotics.example", password, "Dana Whitfield"},
}

// customerOfLogin is whose papers the customer login sees.
const customerOfLogin = "helios-robotics"
