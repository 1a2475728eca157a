package invoicing

import (
	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/ledger"
	"ratable/tax"
	"ratable/usage"
)

// World is what all accounts of a batch share; it is read and never changed.
type World struct {
	Catalog  *catalog.Catalog
	Entities *entities.Directory
	Rates    *entities.Rates
	Tax      *tax.Tables
}

// Facts is everything that decides one paying account's documents.
type Facts struct {
	Account    customers.AccountID
	Agreements []contracts.Agreement
	Customers  map[customers.ID]customers.Customer
	Usage      *usage.Days
	Standing   *ledger.Standing
	Documents  int64      // how many the account has: the next one's place is one more
	Originals  []Original // issued lines that a correction may have to name
	Holds      []Hold     // that nobody has released

	// Priced are the pieces of an agreement to the end of its term, where somebody who looks at many days of it has
	// priced it already: what is due on a day does not depend on what is used after it.
	Priced map[contracts.ID][]contracts.Piece
}

// Original is an issued line with its tax, and how much of it was credited since.
type Original struct {
	Reference
	Payer    customers.ID // who was billed: a credit follows the line it lowers
	Contract contracts.ID
	Piece    ledger.Piece
	Amount   money.Amount
	Credited money.Amount // sign of Amount; never more than it
	TaxRows  []tax.Row    // Line is 1
	fee      fee          // of a marketplace
	seq      int64        // of its document among the account's
}

// Left is what may still be credited.
func (o Original) Left() money.Amount { return o.Amount.Sub(o.Credited) }
