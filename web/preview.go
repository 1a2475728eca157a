package web

import (
	"ratable/contracts"
	"ratable/foresight"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
)

// What a contract will ask for and earn is foreseen by package foresight, which the API asks too.
type (
	outlook  = foresight.Outlook
	earning  = foresight.Earning
	expected = foresight.Expected
)

func foresee(w invoicing.World, f invoicing.Facts, a contracts.Agreement, guess expected, from period.Date) (outlook, error) {
	return foresight.Foresee(w, f, a, guess, from)
}

func foreseeAs(w invoicing.World, f invoicing.Facts, a, agreed contracts.Agreement, guess expected, from period.Date) (outlook, error) {
	return foresight.ForeseeAs(w, f, a, agreed, guess, from)
}

func billingDays(pieces []contracts.Piece, from period.Date) []period.Date {
	return foresight.BillingDays(pieces, from)
}

func meters(a contracts.Agreement) []string { return foresight.Meters(a) }

func earnings(a contracts.Agreement, pieces []contracts.Piece, end period.Date) ([]earning, money.Amount) {
	return foresight.Earnings(a, pieces, end)
}
