package scenario

import (
	"fmt"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// What must hold of the entries.

// primary and the second book: what each shows are the entries in every book and its own.
var shown = []ledger.Book{ledger.USGAAP, ledger.IFRS}

// 1
func (h *history) entriesBalance() error {
	for _, e := range h.book.entries {
		var amount, functional money.Amount
		for _, p := range e.Postings {
			amount, functional = amount.Add(p.Amount), functional.Add(p.Functional)
		}
		if !amount.IsZero() || !functional.IsZero() {
			return fmt.Errorf("entry %s is off by %s %s, in the entity's currency by %s", e.Source, amount, e.Currency, functional)
		}
	}
	return nil
}

// side says what a posting to a line of a contract does to the identity of its obligation.
type side int

const (
	neither side = iota
	recognized
	deferred
	unbilled
)

func sideOf(p ledger.Posting) side {
	switch p.Account {
	case ledger.UnbilledReceivable, ledger.ContractAsset:
		return unbilled
	case ledger.DeferredRevenue, ledger.ContractLiability, ledger.AdjustmentLiability, ledger.RefundLiability, ledger.FinancingLiability:
		return deferred
	case ledger.PayableToPrincipal:
		return recognized
	}
	if earns(p) {
		return recognized
	}
	return neither
}

// earns says whether a posting is revenue of a line: what is lost of money lowers revenue too, and is of no line.
func earns(p ledger.Posting) bool {
	t := p.Account.Info().Type
	return p.Contract != 0 && (t == ledger.Income || t == ledger.ContraRevenue)
}

// stand is where an obligation stands in a book.
type stand struct{ billed, recognized, deferred, unbilled money.Amount }

func (h *history) stands(book ledger.Book) map[ledger.LineKey]stand {
	out := map[ledger.LineKey]stand{}
	for _, e := range h.book.entries {
		if !book.Shows(e.Book) {
			continue
		}
		for _, p := range e.Postings {
			key := ledger.LineKey{Contract: p.Contract, Line: p.Line}
			at := out[key]
			switch sideOf(p) {
			case recognized:
				at.recognized = at.recognized.Sub(p.Amount)
			case deferred:
				at.deferred = at.deferred.Sub(p.Amount)
			case unbilled:
				at.unbilled = at.unbilled.Add(p.Amount)
			}
			if p.Contract != 0 {
				out[key] = at
			}
		}
		for _, b := range e.Billed {
			key := ledger.LineKey{Contract: b.Contract, Line: b.Line}
			at := out[key]
			at.billed = at.billed.Add(b.Amount)
			out[key] = at
		}
	}
	return out
}

// 5
func (h *history) obligationsBalance() error {
	for _, book := range shown {
		for key, at := range h.stands(book) {
			if !at.billed.Add(at.unbilled).Sub(at.recognized).Sub(at.deferred).IsZero() {
				return fmt.Errorf("in %s line %s: %s billed and %s unbilled, but %s recognized and %s deferred", book, key.Line, at.billed, at.unbilled, at.recognized, at.deferred)
			}
		}
	}
	return nil
}

// 4
func (h *history) revenueIsPosted() error {
	for _, book := range shown {
		scheduled, posted := map[ledger.LineKey]money.Amount{}, map[ledger.LineKey]money.Amount{}
		for _, r := range h.book.rows {
			if _, done := h.book.recognized[r.rowKey]; done && book.Shows(r.Book) {
				key := ledger.LineKey{Contract: int64(r.Contract), Line: r.Line}
				scheduled[key] = scheduled[key].Add(r.Amount.Sub(r.PassedOn))
			}
		}
		all := map[money.Currency]money.Amount{}
		for _, e := range h.book.entries {
			for _, p := range e.Postings {
				if t := p.Account.Info().Type; book.Shows(e.Book) && (t == ledger.Income || t == ledger.ContraRevenue) {
					all[e.Currency] = all[e.Currency].Add(p.Amount)
					if earns(p) {
						key := ledger.LineKey{Contract: p.Contract, Line: p.Line}
						posted[key] = posted[key].Sub(p.Amount)
						scheduled[key] = scheduled[key].Add(money.Zero(e.Currency))
					}
				}
			}
		}
		for key, sum := range scheduled {
			if !sum.Sub(posted[key]).IsZero() {
				return fmt.Errorf("in %s line %s has %s recognized on its schedule and %s posted", book, key.Line, sum, posted[key])
			}
		}
		trial, err := ledger.Tally(ledger.Each(h.book.entries), ledger.Filter{Book: book})
		if err != nil {
			return err
		}
		for currency, sum := range all {
			for _, a := range ledger.Of(ledger.Income, ledger.ContraRevenue) {
				sum = sum.Sub(trial.Row(a, currency).Closing)
			}
			if !sum.IsZero() {
				return fmt.Errorf("in %s the trial balance has %s %s less revenue than is posted", book, sum, currency)
			}
		}
	}
	return nil
}

// 9
func (h *history) closedStaysClosed() error {
	for month, n := range h.locked {
		for _, e := range h.book.entries[n:] {
			if e.BookedOn.MonthOf() == month && e.Entity == h.agreement().Entity {
				return fmt.Errorf("%s is booked on %s, after %s was closed", e.Source, e.BookedOn, month)
			}
		}
	}
	return nil
}

// 11
func (h *history) taxIsApart() error {
	tax := map[string]money.Amount{}
	for _, a := range h.accounts {
		for _, d := range standing(a.documents) {
			tax[string(d.Currency)] = tax[string(d.Currency)].Sub(d.Tax)
		}
	}
	for _, e := range h.book.entries {
		var booked, net money.Amount
		for _, p := range e.Postings {
			switch {
			case p.Account == ledger.TaxLiability && (p.Contract != 0 || e.Source[:4] != "loss"):
				tax[string(e.Currency)] = tax[string(e.Currency)].Sub(p.Amount)
			case p.Contract != 0 && sideOf(p) != neither:
				booked = booked.Sub(p.Amount)
			}
		}
		for _, b := range e.Billed {
			net = net.Add(b.Amount)
		}
		if len(e.Billed) > 0 && !booked.Sub(net).IsZero() {
			return fmt.Errorf("%s asks for %s before tax and moves %s of revenue, deferred and unbilled", e.Source, net, booked)
		}
	}
	for currency, difference := range tax {
		if !difference.IsZero() {
			return fmt.Errorf("the tax of the documents and the tax booked differ by %s %s", difference, currency)
		}
	}
	return nil
}

// 12: what a line has deferred and unbilled is never both, and netted by contract neither is an asset with a liability.
func (h *history) oneSided() error {
	for _, book := range shown {
		nets, plain := map[int64][]revrec.LineNet{}, map[ledger.LineKey][2]money.Amount{}
		sums := map[int64]money.Amount{}
		for _, e := range h.book.entries {
			for _, p := range e.Postings {
				if s := sideOf(p); p.Contract == 0 || !book.Shows(e.Book) || s != deferred && s != unbilled {
					continue
				}
				nets[p.Contract] = append(nets[p.Contract], revrec.LineNet{Line: p.Line, Amount: p.Amount.Neg()})
				sums[p.Contract] = sums[p.Contract].Sub(p.Amount)
				key := ledger.LineKey{Contract: p.Contract, Line: p.Line}
				at := plain[key]
				switch p.Account {
				case ledger.DeferredRevenue:
					at[0] = at[0].Sub(p.Amount)
				case ledger.UnbilledReceivable:
					at[1] = at[1].Add(p.Amount)
				}
				plain[key] = at
			}
		}
		for key, at := range plain {
			if at[0].Sign() < 0 || at[1].Sign() < 0 || at[0].Sign() > 0 && at[1].Sign() > 0 {
				return fmt.Errorf("in %s line %s has %s deferred and %s unbilled", book, key.Line, at[0], at[1])
			}
		}
		for contract, lines := range nets {
			n := revrec.NetContract(lines, ledger.ContractAsset, ledger.ContractLiability)
			if n.Asset.Sign() != 0 && n.Liability.Sign() != 0 || n.Asset.Sign() < 0 || n.Liability.Sign() < 0 || !n.Liability.Sub(n.Asset).Sub(sums[contract]).IsZero() {
				return fmt.Errorf("in %s contract %d of %s is presented as an asset of %s and a liability of %s", book, contract, sums[contract], n.Asset, n.Liability)
			}
		}
	}
	return nil
}

// 13
func (h *history) waterfallAgrees() error {
	a := h.agreement()
	var scheduled []revrec.Scheduled
	for _, s := range h.book.scheduled() {
		if s.Contract == a.Contract {
			scheduled = append(scheduled, s)
		}
	}
	first, columns := across(scheduled)
	if columns == 0 {
		return nil
	}
	table := revrec.DrawUp(scheduled, h.book.billed(a.Entity, a.Currency), first, columns, a.Currency)
	asked, revenue, last := map[period.Month]money.Amount{}, map[period.Month]money.Amount{}, period.Month{}
	for _, e := range h.book.entries {
		if e.Account != h.family.Account || !ledger.USGAAP.Shows(e.Book) {
			continue
		}
		for _, x := range e.Billed {
			asked[x.BookedOn.MonthOf()] = asked[x.BookedOn.MonthOf()].Add(x.Amount)
		}
		for _, p := range e.Postings {
			if sideOf(p) == recognized {
				m := e.BookedOn.MonthOf()
				if revenue[m] = revenue[m].Sub(p.Amount); last.Before(m) {
					last = m
				}
			}
		}
	}
	for _, row := range table.Rows {
		if want := asked[row.Billed]; !row.Billed.IsZero() && !row.Total.Sub(want).IsZero() {
			return fmt.Errorf("the waterfall has %s billed in %s; it was %s", row.Total, row.Billed, want)
		}
	}
	for i, month := range table.Months {
		if got := table.Sum.Cells[i]; !last.Before(month) && !got.Sub(revenue[month]).IsZero() {
			return fmt.Errorf("the waterfall has %s earned in %s; the ledger has %s", got, month, revenue[month])
		}
	}
	return nil
}

// 15
func (h *history) subledgerAgrees() error {
	owed := map[money.Currency]money.Amount{} // documents less what came in and what was given up
	for _, a := range h.accounts {
		for _, d := range standing(a.documents) {
			owed[d.Currency] = owed[d.Currency].Add(d.Total)
		}
	}
	for _, r := range h.book.receipts {
		owed[r.Currency()] = owed[r.Currency()].Sub(r.Amount)
	}
	home := money.Amount{} // what the documents stand at in the entity's currency, one by one
	for _, a := range h.accounts {
		for _, s := range h.converter.Of(a.Account).Carried("") {
			if s.Item.Account == ledger.AccountsReceivable {
				home = home.Add(s.Functional)
			}
		}
	}
	for _, e := range h.book.entries {
		for _, p := range e.Postings {
			switch {
			case p.Account == ledger.AccountsReceivable && e.Source[:4] == "loss":
				owed[e.Currency] = owed[e.Currency].Add(p.Amount)
			case p.Account == ledger.CustomerBalance:
				owed[e.Currency] = owed[e.Currency].Sub(p.Amount)
			}
			if p.Account == ledger.AccountsReceivable && !foreign(e) {
				home = home.Add(p.Functional)
			}
		}
	}
	byDocument := map[money.Currency]money.Amount{}
	for _, open := range h.book.open {
		byDocument[open.Currency()] = byDocument[open.Currency()].Add(open)
	}
	trial, err := ledger.Tally(ledger.Each(h.book.entries), ledger.Filter{})
	if err != nil {
		return err
	}
	for currency, sum := range owed {
		control := trial.Row(ledger.AccountsReceivable, currency).Closing
		if !control.Sub(sum).IsZero() || !control.Sub(byDocument[currency]).IsZero() {
			return fmt.Errorf("the control account has %s %s, the documents are open for %s, and by what was issued, paid and given up for %s", control, currency, byDocument[currency], sum)
		}
	}
	trial, err = ledger.Tally(ledger.Each(h.book.entries), ledger.Filter{Functional: true})
	if err != nil {
		return err
	}
	own := h.s.world.Entities.All()[0].Currency
	if control := trial.Row(ledger.AccountsReceivable, own).Closing; !control.Sub(home).IsZero() {
		return fmt.Errorf("the control account stands at %s %s, the documents one by one at %s", control, own, home)
	}
	return nil
}
