package checklist

import (
	"context"
	"fmt"
	"slices"

	"ratable/closing"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// outstanding are the contract lines with something deferred or unbilled at the month's end, and the contracts they name.
type outstanding struct {
	lines     []ledger.LineBalance
	contracts map[int64]contracts.Agreement
}

func lines(ctx context.Context, q postgres.Querier, at *closing.At) (outstanding, error) {
	return closing.Once(at, "lines", func() (outstanding, error) {
		out := outstanding{contracts: map[int64]contracts.Agreement{}}
		f := ledger.LineFilter{Entity: at.Entity.ID, Through: at.Month.Last(), Outstanding: true, Limit: page}
		for {
			list, err := ledger.LinesPage(ctx, q, f)
			if err != nil {
				return out, err
			}
			out.lines = append(out.lines, list...)
			if len(list) < page {
				break
			}
			f.After = list[len(list)-1].Cursor()
		}
		var accounts []customers.AccountID
		for _, l := range out.lines {
			accounts = append(accounts, l.Account)
		}
		found, err := contracts.LoadAgreements(ctx, q, slices.Compact(accounts))
		for _, list := range found {
			for _, a := range list {
				out.contracts[int64(a.Contract)] = a
			}
		}
		return out, err
	})
}

// each hands every line with its contract to a check, which says what is wrong with it.
func each(ctx context.Context, q postgres.Querier, at *closing.At, wrong func(l ledger.LineBalance, a contracts.Agreement, known bool) (closing.Finding, bool)) ([]closing.Finding, error) {
	all, err := lines(ctx, q, at)
	if err != nil {
		return nil, err
	}
	var out []closing.Finding
	for _, l := range all.lines {
		a, known := all.contracts[l.Contract]
		f, found := wrong(l, a, known)
		if !found {
			continue
		}
		f.Subject = fmt.Sprintf("Contract %d", l.Contract)
		if known {
			f.Subject, f.Page = a.Number, "/revenue/contracts/"+a.Number
		}
		f.Text = "line " + l.Line + ": " + f.Text
		out = append(out, f)
	}
	return out, nil
}

// Unreleased finds what is still deferred of contracts that are over.
func Unreleased() closing.Check {
	return closing.Check{Code: "unreleased", Name: "Nothing stays deferred after the service ended", Owner: access.Accountant, Due: 5, Page: "/revenue/deferred",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return each(ctx, q, at, func(l ledger.LineBalance, a contracts.Agreement, known bool) (closing.Finding, bool) {
				if !known || a.Term().End.After(at.Month.End()) {
					return closing.Finding{}, false
				}
				text := fmt.Sprintf("%s %s are deferred, and the contract ended on %s", l.Deferred, l.Currency, a.Term().End.AddDays(-1))
				return closing.Finding{Text: text, Amount: l.Deferred}, l.Deferred.Sign() > 0
			})
		}}
}

// Negative finds contract lines whose deferred revenue or unbilled receivable stands on the wrong side.
func Negative() closing.Check {
	return closing.Check{Code: "negative", Name: "No balance stands on the wrong side", Owner: access.Accountant, Due: 5, Page: "/revenue/deferred",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return each(ctx, q, at, func(l ledger.LineBalance, _ contracts.Agreement, _ bool) (closing.Finding, bool) {
				switch {
				case l.Deferred.Sign() < 0:
					return closing.Finding{Text: fmt.Sprintf("deferred revenue is a debit of %s %s", l.Deferred.Neg(), l.Currency), Amount: l.Deferred}, true
				case l.Unbilled.Sign() < 0:
					return closing.Finding{Text: fmt.Sprintf("unbilled receivable is a credit of %s %s", l.Unbilled.Neg(), l.Currency), Amount: l.Unbilled}, true
				}
				return closing.Finding{}, false
			})
		}}
}

// Orphans finds balances of lines that no contract has.
func Orphans() closing.Check {
	return closing.Check{Code: "orphans", Name: "Every balance belongs to a contract", Owner: access.Accountant, Due: 5, Page: "/revenue/deferred",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return each(ctx, q, at, func(l ledger.LineBalance, _ contracts.Agreement, known bool) (closing.Finding, bool) {
				text := fmt.Sprintf("%s %s deferred, %s unbilled, of no contract that stands", l.Deferred, l.Currency, l.Unbilled)
				return closing.Finding{Text: text, Amount: l.Deferred.Add(l.Unbilled)}, !known
			})
		}}
}
