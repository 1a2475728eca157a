package scenario

import (
	"fmt"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/ledger"
	"ratable/revrec"
)

func (b Book) write(p *page, several bool) {
	of := string(b.Currency)
	if several {
		of = b.Entity + ", " + of
	}
	for _, s := range b.Contracts {
		p.heading("Revenue of %s by month, %s", s.Contract, of)
		s.write(p)
	}
	p.heading("Deferred revenue and unbilled receivable by month, %s", of)
	b.roll(p)
	b.judged(p, of)
	p.heading("Waterfall: when what was billed is earned, %s", of)
	waterfall(p, b.Waterfall)
}

var kindNames = map[contracts.Kind]string{
	contracts.FixedFee: "fee", contracts.OneTime: "once", contracts.Metered: "usage", contracts.OverCap: "overage",
	contracts.Prepayment: "prepaid", contracts.TrueUp: "true-up", contracts.Concession: "credit",
	revrec.Allocation: "allocated", revrec.Leveling: "leveled", revrec.Variable: "expected", revrec.Refundable: "to refund", revrec.Modification: "modified", revrec.Financed: "financing",
	revrec.Credited: "credit, earned", revrec.Voided: "void, earned", revrec.Lapsed: "lapsed",
}

// write sets months down and lines across: contracts have more months than
// lines. What is not recognized yet is marked.
func (s Schedule) write(p *page) {
	if len(s.Months) == 0 {
		p.line("nothing scheduled")
		return
	}
	top, below := pad("", 9), pad("", 9)
	for _, l := range s.Lines {
		top += fmt.Sprintf(" %14s", cut(l.Line, 14))
		below += fmt.Sprintf(" %14s", kindNames[l.Kind])
	}
	p.line("%s", top)
	p.line("%s %14s", below, "together")
	for i, month := range s.Months {
		row, mark := pad(month.String(), 9), ""
		for _, l := range s.Lines {
			row += " " + blank(l.Cells[i].Scheduled)
		}
		c := s.Sum.Cells[i]
		switch {
		case !c.Left().IsZero() && c.Recognized.IsZero():
			mark = "scheduled"
		case !c.Left().IsZero():
			mark = fmt.Sprintf("of it recognized %s", c.Recognized.Display())
		case !c.BookedIn.IsZero():
			mark = "booked in part or whole in " + c.BookedIn.String()
		}
		p.line("%s %s  %s", row, blank(c.Scheduled), mark)
	}
	row := pad("", 9)
	for _, l := range s.Lines {
		row += " " + figures(l.Scheduled)
	}
	p.line("%s %s", row, figures(s.Sum.Scheduled))
}

func cut(s string, width int) string {
	if r := []rune(s); len(r) > width {
		return string(r[:width])
	}
	return s
}

func (b Book) roll(p *page) {
	if len(b.Months) == 0 {
		p.line("nothing booked")
		return
	}
	p.line("%s %s %s %14s", pad("", 9), center("deferred revenue", 44), center("unbilled receivable", 44), "revenue")
	p.line("%s %14s %14s %14s %14s %14s %14s %14s", pad("", 9), "billing", "earning", "balance", "earning", "billing", "balance", "")
	for _, m := range b.Months {
		p.line("%s %s %s %s %s %s %s %s", pad(m.Month.String(), 9), blank(m.Deferred.Billing), blank(m.Deferred.Earning), blank(m.Deferred.Closing),
			blank(m.Unbilled.Earning), blank(m.Unbilled.Billing), blank(m.Unbilled.Closing), blank(m.Revenue))
	}
}

// judged sets months down and across what assessments put beside what is billed, where there is anything.
func (b Book) judged(p *page, of string) {
	var used []ledger.Account
	for _, account := range judgedAccounts {
		if slices.ContainsFunc(b.Months, func(m Month) bool { return !m.Judged[account].IsZero() }) {
			used = append(used, account)
		}
	}
	if len(used) == 0 {
		return
	}
	p.heading("What assessments put beside it, by month's end, %s", of)
	head := pad("", 9)
	for _, account := range used {
		head += fmt.Sprintf(" %20s", account)
	}
	p.line("%s", head)
	for _, m := range b.Months {
		row := pad(m.Month.String(), 9)
		for _, account := range used {
			balance := m.Judged[account]
			if account.Info().Type == ledger.Liability {
				balance = balance.Neg()
			}
			row += fmt.Sprintf(" %20s", blank(balance))
		}
		p.line("%s", row)
	}
}

func center(s string, width int) string {
	left := (width - len([]rune(s))) / 2
	return pad(strings.Repeat(" ", max(left, 0))+s, width)
}

// widest is how many month columns of a waterfall a page holds.
const widest = 13

func waterfall(p *page, t revrec.WaterfallTable) {
	if len(t.Months) == 0 {
		p.line("nothing to show")
		return
	}
	for from := 0; from < len(t.Months); from += widest {
		if from > 0 {
			p.line("")
		}
		to := min(from+widest, len(t.Months))
		head := pad("billed in", 11)
		for _, m := range t.Months[from:to] {
			head += fmt.Sprintf(" %12s", m)
		}
		if to == len(t.Months) {
			head += fmt.Sprintf(" %12s", "total")
		}
		p.line("%s", head)
		for _, r := range append(t.Rows, t.Sum) {
			p.line("%s", waterfallRow(r, t.Sum, from, to))
		}
	}
}

func waterfallRow(r, sum revrec.WaterfallRow, from, to int) string {
	name := r.Billed.String()
	switch {
	case r.Billed.IsZero() && &r.Cells[0] == &sum.Cells[0]:
		name = "together"
	case r.Billed.IsZero():
		name = "not billed"
	}
	row := pad(name, 11)
	for _, a := range r.Cells[from:to] {
		row += " " + blank(a)[2:]
	}
	if to == len(r.Cells) {
		row += " " + figures(r.Total)[2:]
	}
	return row
}
