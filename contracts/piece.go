package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Kind says which term of the contract a piece comes from.
type Kind string

const (
	FixedFee   Kind = "fixed"      // a recurring fee, or an installment of one
	OneTime    Kind = "once"       // asked for one time
	Metered    Kind = "usage"      // usage at the contract's price
	OverCap    Kind = "overage"    // usage above a prepaid amount
	Prepayment Kind = "prepayment" // the up-front payment for a prepaid amount
	TrueUp     Kind = "true_up"    // what was committed and not spent
	Concession Kind = "concession" // a credit granted afterwards; negative
)

// Piece is one charge: what an agreement lets us ask for one line and one span.
// Line, Kind and Span together are its identity: the same facts give the same
// pieces, and what stands billed is compared with them piece by piece.
type Piece struct {
	Line   string      // lineage: the id of the line, commitment or cap
	Kind   Kind        //
	Span   period.Span // the service it is for
	Period period.Span // the whole billing period Span lies in
	// Service is what was paid for, and the days over which it is earned, where that is not Span: each installment of a
	// year's fee has a Span of its own, by which it is known, and the year as its Service.
	Service period.Span

	Product     string // catalog code
	Description string
	Clause      string // of the signed paper
	Version     int    // of the contract, that priced it

	Amount money.Amount    // what may be charged, before tax, after all reductions; rounded once
	Gross  money.Amount    // before caps, discounts and credits: what minimums look at
	PassOn decimal.Decimal // percent of Amount that is not our revenue, because we are the agent
	Wanted money.Amount    // of a concession: what was granted, however little of it has a charge to lower; positive
	Nth    int             // of a concession: its place among those granted; an earlier one lowers first
	BillOn period.Date     // first day on which it may be on an invoice
	Closed bool            // nothing more can happen in Span: all its days are counted

	Detail      Detail
	Recognition catalog.Recognition
	Spreading   catalog.Spreading // of what is earned over time
	Values      []Value           // how Amount grew, for what is earned as it is used
	Lapsed      []Value           // the part of Values that was not used in its time, on the same days; none when nothing lapsed
}

// Value is the part of a piece's amount that had come about before a day.
type Value struct {
	Before period.Date
	Amount money.Amount // cumulative
}

// LapsedBefore is the part of a piece's amount that was earned before a day because nobody used what it paid for in its time.
func (p Piece) LapsedBefore(day period.Date) money.Amount {
	sum := money.Zero(p.Amount.Currency())
	for _, v := range p.Lapsed {
		if v.Before.After(day) {
			break
		}
		sum = v.Amount
	}
	return sum
}

// Detail is what an invoice line shows about how its amount came about. It is
// printed and explained, never added up again.
type Detail struct {
	Quantity       decimal.Decimal // units of a fixed fee, or measured by the meter
	Unit           string          //
	UnitPrice      decimal.Decimal // of a fixed fee, for the whole period
	Included       decimal.Decimal // free units subtracted
	Events         int             // of a price by the event: how many there were, free ones too
	Tiers          []Tier          // the tiers the quantity went through; their amounts add up to List
	List           money.Amount    // value at list price, before margin and cap
	Drawn          money.Amount    // part of List that was covered by DrawnFrom
	DrawnFrom      string          // id of the prepaid amount, or of the first of several
	Draws          []Drawn         // what each of them covered; adds up to Drawn
	Factor         decimal.Decimal // of overage; zero when there is none
	Margin         decimal.Decimal // percent kept by the reseller
	Committed      money.Amount    // of a true-up: what was agreed for these days
	Spent          money.Amount    // of a true-up: what was charged, before reductions
	CommittedUnits decimal.Decimal // of a true-up in units
	UsedUnits      decimal.Decimal
	Reason         string      // of a concession
	Reduced        []Reduction // what was taken off Gross, in the order in which it was; Gross less these is the amount
}

// Drawn is what one prepaid amount covered of a usage line.
type Drawn struct {
	From      string          // id of the prepaid amount
	Amount    money.Amount    // at list value
	Units     decimal.Decimal // drawn from a balance in units
	Left      money.Amount    // of its balances at the end of the days, before the unused lapses; or
	LeftUnits decimal.Decimal // of one in units
}

// Reduction is what a cap, discount or credit took off a charge. It stands on the invoice under the charge, never hidden.
type Reduction struct {
	Kind      ReductionKind
	ID        string       // of the cap, discount or credit; empty for a trial
	Label     string       // as the invoice shows it: "Launch discount, 20 %"
	Programme string       // it was given under, if any
	Amount    money.Amount // taken off; negative where what lies above a customer's own cap costs more
}

// ReductionKind says which term took it off.
type ReductionKind string

const (
	ByTrial    ReductionKind = "trial"
	ByCap      ReductionKind = "cap"
	ByDiscount ReductionKind = "discount"
	ByCredit   ReductionKind = "credit"
)

// Tier is one step of a price as an invoice shows it.
type Tier struct {
	Label         string          // what it is for, when not for a run of units: "region eu", "per event"
	From, Through decimal.Decimal // units of the period, first and last
	Quantity      decimal.Decimal
	Unit, Flat    decimal.Decimal // price per unit, and once
	Amount        money.Amount
}

// tiers splits the rounded list value over the steps of a rating, so that what
// is printed adds up.
func tiers(r catalog.Rating, list money.Amount) []Tier {
	var out []Tier
	var sofar money.Exact
	before := money.Zero(list.Currency())
	for i, s := range r.Steps {
		if i == 0 {
			sofar = s.Amount
		} else {
			sofar = sofar.Add(s.Amount)
		}
		upTo := before
		if !r.Total.IsZero() {
			upTo = money.SpreadToExact(list, sofar, r.Total)
		}
		out = append(out, Tier{s.Of, s.From, s.Through, s.Quantity, s.Unit, s.Flat, upTo.Sub(before)})
		before = upTo
	}
	return out
}

// Zero says that there is nothing to charge.
func (p Piece) Zero() bool { return p.Amount.IsZero() }

// part is the share of a whole period's total that falls on a span inside it.
// It takes the difference of two cumulative roundings, so that however a period
// is cut its parts add up to the total.
func part(total money.Amount, span, whole period.Span) money.Amount {
	to := money.SpreadTo(total, int64(span.End.Sub(whole.Start)), int64(whole.Days()))
	from := money.SpreadTo(total, int64(span.Start.Sub(whole.Start)), int64(whole.Days()))
	return to.Sub(from)
}

// marks are the days on which the value of a span is taken: each first of a
// month inside it, and the end of what is known.
func marks(span period.Span, until period.Date) []period.Date {
	end := period.MinDate(span.End, until)
	var out []period.Date
	for first := span.Start.MonthOf().End(); first.Before(end); first = first.MonthOf().End() {
		out = append(out, first)
	}
	return append(out, end)
}
