package journals

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

// Template is lines under a name. Each line has an amount of its own, or a share of a total that is given when it is used.
type Template struct {
	Code    string
	Name    string
	Lines   []TemplateLine
	Retired bool
	By      int64
	At      time.Time
}

// TemplateLine is a line with either an amount, as typed, or a percentage of the total. Credit says which side.
type TemplateLine struct {
	Account  string `json:"account"`
	Credit   bool   `json:"credit,omitempty"`
	Amount   string `json:"amount,omitempty"`
	Percent  string `json:"percent,omitempty"`
	Customer string `json:"customer,omitempty"`
	Contract string `json:"contract,omitempty"`
	Line     string `json:"line,omitempty"`
	Document string `json:"document,omitempty"`
}

// check says what is wrong with a template. Amounts have no currency yet: what a currency refuses shows when it is used.
func (t Template) check() []fault.Field {
	var found []fault.Field
	add := func(path, value, message string) {
		found = append(found, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
	}
	if !code.MatchString(t.Code) {
		add("code", t.Code, "must be 1 to 40 lower-case letters, digits and dashes")
	}
	if strings.TrimSpace(t.Name) == "" {
		add("name", "", "is missing: say what the journal is for")
	}
	found = append(found, fault.Printable("name", t.Name, 100)...)
	shares := map[bool]decimal.Decimal{}
	for i, l := range t.Lines {
		at := fmt.Sprintf("lines[%d].", i)
		if (l.Amount == "") == (l.Percent == "") {
			add(at+"amount", l.Amount, "or a percentage must be filled in, and not both")
			continue
		}
		d, err := money.ParseDecimal(l.Amount + l.Percent)
		if err != nil || d.Sign() <= 0 {
			add(at+"amount", l.Amount+l.Percent, "must be a number above zero, such as 1234.50")
		}
		if l.Percent != "" {
			shares[l.Credit] = shares[l.Credit].Add(d)
		}
		if a, ok := accountOf(l.Account); !ok {
			add(at+"account", l.Account, "is no account of the chart: write its code, such as BadDebtExpense")
		} else if instead, is := Guarded(a); is {
			add(at+"account", l.Account, "is proved by a sub-ledger and not booked by hand; "+instead)
		}
	}
	for credit, sum := range shares {
		if !sum.Equal(hundred) {
			side := map[bool]string{false: "debits", true: "credits"}[credit]
			add("lines", sum.String(), "the percentages of the "+side+" must add up to 100, so that the total is split without a rest")
		}
	}
	if len(t.Lines) < 2 {
		add("lines", "", "are at least two: what is debited and what is credited")
	}
	return found
}

var hundred = decimal.NewFromInt(100)

func accountOf(written string) (ledger.Account, bool) {
	for _, i := range ledger.Chart {
		if written == i.Code || written == fmt.Sprint(int(i.Account)) {
			return i.Account, true
		}
	}
	return 0, false
}

// Fill writes the lines of a journal. The shares of each side are allocated, so that they add up to the total to the cent.
func (t Template) Fill(total money.Amount) []WrittenLine {
	out := make([]WrittenLine, len(t.Lines))
	for _, credit := range []bool{false, true} {
		var weights []decimal.Decimal
		var places []int
		for i, l := range t.Lines {
			if l.Percent != "" && l.Credit == credit {
				weights, places = append(weights, decimal.RequireFromString(l.Percent)), append(places, i)
			}
		}
		amounts := make([]money.Amount, len(places))
		if len(places) > 0 && total.Sign() > 0 {
			amounts = money.Allocate(total, weights)
		}
		for n, i := range places {
			out[i] = t.Lines[i].written(amounts[n])
		}
	}
	for i, l := range t.Lines {
		if l.Percent == "" {
			out[i] = l.written(money.Amount{})
		}
	}
	return out
}

func (l TemplateLine) written(share money.Amount) WrittenLine {
	w := WrittenLine{Account: l.Account, Customer: l.Customer, Contract: l.Contract, Line: l.Line, Document: l.Document}
	text := l.Amount
	if !share.IsZero() {
		text = share.String()
	}
	if l.Credit {
		w.Credit = text
	} else {
		w.Debit = text
	}
	return w
}

func (t Template) body() ([]byte, error) { return json.Marshal(t.Lines) }
