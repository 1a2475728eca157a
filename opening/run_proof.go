package opening

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
)

// bookedOn adds up what openings booked on the eve.
func bookedOn(ctx context.Context, q postgres.Querier, entity entities.ID, f File) (map[ledger.Account]money.Amount, error) {
	return ledger.BookedBy(ctx, q, entity, f.money(), period.NewSpan(f.eve(), f.CutOver), "opening")
}

// LineProof is a contract line whose deferred revenue is not what the schedule still has to earn of what was billed.
type LineProof struct {
	Contract  string
	Line      string
	Deferred  money.Amount // deferred less unbilled, in the ledger
	Remaining money.Amount // by the schedule
}

// Proof shows that an opening ties: the old general ledger, the rows and the ledger by account type; every contract line against
// its schedule; and what no row of the file is about.
type Proof struct {
	Kept
	File      File `json:"-"`
	Rows      []ProofRow
	Left      money.Amount // of OpeningBalance, with the rest of the old general ledger
	Lines     int          // contract lines looked at
	Wrong     []LineProof
	Missing   int      // accounts of the file that are not brought over yet
	Unmatched []string // contracts that ran before the cut-over and are not in the file
}

// Ties says that nothing is left open.
func (p Proof) Ties() bool {
	return p.Left.IsZero() && len(p.Wrong) == 0 && p.Missing == 0 && len(p.Unmatched) == 0 && !slices.ContainsFunc(p.Rows, func(r ProofRow) bool { return !r.Proved() })
}

// Prove draws up the proof of an opening. Call it inside one snapshot.
func Prove(ctx context.Context, q postgres.Querier, k Kept) (Proof, error) {
	p := Proof{Kept: k}
	var err error
	if p.File, err = Parse(k.Source); err != nil {
		return p, fmt.Errorf("prove the opening of %s: %w", k.CutOver, err)
	}
	for _, step := range []func(context.Context, postgres.Querier) error{p.accounts, p.totals, p.lines, p.unmatched} {
		if err := step(ctx, q); err != nil {
			return p, fmt.Errorf("prove the opening of %s: %w", k.CutOver, err)
		}
	}
	return p, nil
}

func (p *Proof) accounts(ctx context.Context, q postgres.Querier) error {
	at, err := place(ctx, q, p.File)
	if err != nil {
		return err
	}
	brought, err := done(ctx, q, p.ID)
	for _, a := range at.accounts {
		if !brought[a] {
			p.Missing++
		}
	}
	return err
}

// totals sets the ledger beside the file. The rows are added up from the file itself, not from what was booked.
func (p *Proof) totals(ctx context.Context, q postgres.Querier) error {
	booked, err := bookedOn(ctx, q, p.Entity, p.File)
	if err != nil {
		return err
	}
	all, total, err := p.parts(ctx, q)
	if err != nil {
		return err
	}
	p.Rows = all.proofRows(total)
	p.Left = money.Zero(p.Currency)
	for i := range p.Rows {
		r := &p.Rows[i]
		r.Booked = r.Booked.Add(booked[r.Account])
		if r.Account == ledger.OpeningBalance {
			p.Left = r.Booked.Sub(r.Control)
		}
	}
	return nil
}

// parts adds up the files of the same day: what stands booked on it came by all of them.
func (p *Proof) parts(ctx context.Context, q postgres.Querier) (File, map[ledger.Account]money.Amount, error) {
	files, err := List(ctx, q, p.Entity)
	if err != nil || p.Part == "" && !slices.ContainsFunc(files, func(k Kept) bool { return k.ID != p.ID && k.sameDay(p.Kept) }) {
		return p.File, p.File.total(), err
	}
	sum, total := p.File, map[ledger.Account]money.Amount{}
	sum.Control = map[string]decimal.Decimal{}
	for _, k := range files {
		if !k.sameDay(p.Kept) {
			continue
		}
		f, err := Parse(k.Source)
		if err != nil {
			return sum, total, err
		}
		for account, amount := range f.total() {
			total[account] = total[account].Add(amount)
		}
		for code, amount := range f.controls() {
			sum.Control[code] = sum.Control[code].Add(amount)
		}
	}
	return sum, total, nil
}

func (k Kept) sameDay(o Kept) bool {
	return k.Entity == o.Entity && k.Currency == o.Currency && k.CutOver == o.CutOver
}

// lines sets the ledger's balance of each line beside what its schedule has still to earn.
func (p *Proof) lines(ctx context.Context, q postgres.Querier) error {
	numbers, err := contracts.Numbers(ctx, q)
	if err != nil {
		return err
	}
	scheduled, err := revrec.Deferred(ctx, q, revrec.Filter{Entity: p.Entity, Currency: p.Currency, AsOf: p.File.lastMonth()})
	if err != nil {
		return err
	}
	held, err := ledger.BookedLines(ctx, q, p.Entity, p.Currency, p.File.lastMonth())
	if err != nil {
		return err
	}
	nets := map[ledger.LineKey]money.Amount{}
	for _, l := range scheduled {
		nets[ledger.LineKey{Contract: int64(l.Contract), Line: l.Line}] = l.Net()
	}
	for _, l := range held {
		key := ledger.LineKey{Contract: l.Contract, Line: l.Line}
		if is := l.Deferred.Sub(l.Unbilled); !is.Sub(nets[key]).IsZero() {
			p.Wrong = append(p.Wrong, LineProof{numbers[l.Contract], l.Line, is, nets[key]})
		}
	}
	p.Lines = len(held)
	return nil
}

// unmatched lists contracts of the entity and currency that ran before the cut-over.
func (p *Proof) unmatched(ctx context.Context, q postgres.Querier) error {
	known := map[string]bool{}
	for _, c := range p.File.Contracts {
		known[c.Contract] = true
	}
	numbers, err := contracts.Numbers(ctx, q)
	if err != nil {
		return err
	}
	held, err := ledger.BookedLines(ctx, q, p.Entity, p.Currency, p.File.lastMonth())
	if err != nil {
		return err
	}
	for _, l := range held { // one that ran here all the time has its own books
		known[numbers[l.Contract]] = true
	}
	all, err := running(ctx, q, p.Entity, p.Currency, p.File.CutOver)
	for _, number := range all {
		if !known[number] {
			p.Unmatched = append(p.Unmatched, number)
		}
	}
	return err
}

// running lists the numbers of contracts that began before a day.
func running(ctx context.Context, q postgres.Querier, entity entities.ID, c money.Currency, day period.Date) ([]string, error) {
	accounts, err := contracts.Accounts(ctx, q, 0, 1_000_000)
	if err != nil {
		return nil, err
	}
	found, err := contracts.LoadAgreements(ctx, q, accounts)
	var out []string
	for _, list := range found {
		for _, a := range list {
			if a.Entity == entity && a.Currency == c && a.Term().Start.Before(day) && day.Before(a.Term().End) {
				out = append(out, a.Number)
			}
		}
	}
	slices.Sort(out)
	return out, err
}

// Digest is the hash of what a proof shows: the file, every total, every line.
func (p Proof) Digest() [32]byte {
	type row struct{ Account, Control, Rows, Booked string }
	shown := struct {
		File      [32]byte
		Rows      []row
		Lines     int
		Wrong     []string
		Missing   int
		Unmatched []string
	}{File: p.Hash(), Lines: p.Lines, Missing: p.Missing, Unmatched: p.Unmatched}
	for _, r := range p.Rows {
		shown.Rows = append(shown.Rows, row{r.Account.String(), r.Control.String(), r.Rows.String(), r.Booked.String()})
	}
	for _, w := range p.Wrong {
		shown.Wrong = append(shown.Wrong, w.Contract+" "+w.Line)
	}
	text, err := json.Marshal(shown)
	if err != nil {
		panic(err)
	}
	return sha256.Sum256(text)
}

// Seal approves an opening that ties. It takes another person than who prepared it; nothing can be sealed twice.
func Seal(ctx context.Context, tx pgx.Tx, id int64, reason string, by access.Actor) (Proof, error) {
	if err := by.Require(desks...); err != nil {
		return Proof{}, fmt.Errorf("seal an opening: %w", err)
	}
	all, err := List(ctx, tx, 0)
	if err != nil {
		return Proof{}, err
	}
	i := slices.IndexFunc(all, func(k Kept) bool { return k.ID == id })
	switch {
	case i < 0:
		return Proof{}, fault.New(fault.NotFound, "there is no opening %d", id)
	case all[i].Sealed():
		return Proof{}, fault.New(fault.Conflict, "the opening of %s is sealed already", all[i].CutOver)
	case all[i].PreparedBy == by.UserID:
		return Proof{}, fault.New(fault.Denied, "who brought the balances over does not approve them: ask another accountant")
	}
	p, err := Prove(ctx, tx, all[i])
	if err != nil {
		return p, err
	}
	if !p.Ties() {
		return p, fault.New(fault.Conflict, "the opening of %s does not tie yet: look at its proof, /imports/opening", all[i].CutOver)
	}
	digest := p.Digest()
	if err := insertSeal(ctx, tx, all[i], digest[:], reason, by); err != nil {
		return p, err
	}
	return p, access.Audit(ctx, tx, by, "opening.seal", access.Subject{Kind: "opening", Key: fmt.Sprint(id)}, nil,
		map[string]string{"digest": fmt.Sprintf("%x", digest), "cut_over": all[i].CutOver.String()}, reason)
}
