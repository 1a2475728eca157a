package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// judgmentStep is one of the five steps in words; page and memo are two writings of it.
type judgmentStep struct {
	title  string
	lines  []string
	tables []wordTable
}

// wordTable is a table of texts. Columns from figures on hold figures.
type wordTable struct {
	title   string
	head    []string
	figures int
	rows    [][]string
	foot    []string
}

func (s *judgmentStep) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s judgmentStep) view() page.JudgmentStep {
	out := page.JudgmentStep{Title: s.title, Lines: s.lines}
	for _, t := range s.tables {
		props := ui.TableProps{Title: t.title}
		if t.title == "" {
			props.Caption = s.title
		}
		for i, h := range t.head {
			c := ui.Column{Label: h}
			if i >= t.figures {
				c.Kind = ui.Figures
			}
			props.Columns = append(props.Columns, c)
		}
		cells := func(row []string) (r ui.Row) {
			for _, text := range row {
				r.Cells = append(r.Cells, ui.Text(text))
			}
			return r
		}
		for _, row := range t.rows {
			props.Rows = append(props.Rows, cells(row))
		}
		if t.foot != nil {
			props.Foot = []ui.Row{cells(t.foot)}
		}
		out.Tables = append(out.Tables, props)
	}
	return out
}

// judgmentSteps fills the five steps in.
func judgmentSteps(d dossier, x revrec.Assessment) []judgmentStep {
	w := judgmentWords{d, x}
	return []judgmentStep{w.contract(), w.promises(), w.price(), w.allocation(), w.recognition()}
}

type judgmentWords struct {
	dossier
	revrec.Assessment
}

// called is what a line is called, with its id.
func (w judgmentWords) called(line string) string {
	for _, l := range w.lines() {
		if l.ID == line {
			return l.Name + " (" + line + ")"
		}
	}
	return cmp.Or(line, "every line")
}

func (w judgmentWords) amount(x decimal.Decimal) string {
	a, err := money.ParseAmount(x.String(), w.Currency)
	if err != nil {
		return x.String() + " " + string(w.Currency)
	}
	return ui.AmountText(a)
}

func (w judgmentWords) contract() judgmentStep {
	s := judgmentStep{title: "1. The contract"}
	s.say("%s with %s, sold by %s, in %s.", w.dossier.Number, w.customer.Name, w.entity.Name, w.Currency)
	for _, c := range w.Combined {
		s.say("Accounted for as one with %s (606-10-25-9): %s.", c.Contract, c.Reason)
	}
	if len(w.Combined) == 0 {
		s.say("Accounted for by itself: it is combined with no other contract.")
	}
	if c := w.Changed; c != nil {
		s.say("Version %d is a modification, treated as %s.", c.Version, treatmentWords[c.Treatment])
		if c.Override != "" {
			s.say("Against the rule, because: %s.", strings.TrimSuffix(c.Override, "."))
		}
	}
	return s
}

var satisfiedWords = map[revrec.Satisfied]string{revrec.OverDays: "over time, by days", revrec.AtOnce: "at a point in time", revrec.ByProgress: "over time, by progress", revrec.AtMilestone: "at a milestone"}

func (w judgmentWords) promises() judgmentStep {
	s := judgmentStep{title: "2. Its obligations"}
	t := wordTable{head: []string{"Promise", "Met", "As", "Note"}, figures: 9}
	judged := map[string]bool{}
	for _, p := range w.Promises {
		judged[p.Line] = true
		met := cmp.Or(satisfiedWords[p.Satisfied], "as its product is earned")
		switch {
		case p.With != "":
			met = "not distinct: with " + w.called(p.With) + " (606-10-25-19)"
		case !p.From.IsZero() && !p.Through.IsZero():
			met += ", " + ui.SpanText(period.Through(p.From, p.Through))
		case !p.From.IsZero():
			met += ", on " + ui.DayText(p.From)
		}
		t.rows = append(t.rows, []string{w.called(p.Line), met, w.role(p), p.Memo})
	}
	for _, l := range w.lines() {
		if !judged[l.ID] && l.Earned != "" && l.ID != "" {
			t.rows = append(t.rows, []string{w.called(l.ID), "as stated: " + lowered(l.Earned), w.role(revrec.AssessedPromise{Line: l.ID}), ""})
		}
	}
	s.tables = append(s.tables, t)
	return s
}

// role says whether we are principal or agent of a promise.
func (w judgmentWords) role(p revrec.AssessedPromise) string {
	for _, l := range w.Latest().Document.Lines {
		if l.ID == p.Line {
			if words := append(roleTerms(l.Role), passOnTerms(l)...); len(words) > 0 {
				return strings.Join(words, "; ")
			}
		}
	}
	return "Principal"
}

func (w judgmentWords) price() judgmentStep {
	s := judgmentStep{title: "3. The transaction price"}
	t := wordTable{title: "Uncertain amounts", head: []string{"What", "Does", "Method", "Belongs to", "Estimate", "In the price"}, figures: 4}
	for _, e := range w.Variable {
		estimate, included := e.Percent.String()+" %", e.Percent.String()+" %"
		if e.Percent.IsZero() {
			if a, err := e.Estimated(w.Currency); err == nil {
				estimate, included = ui.AmountText(a), ui.AmountText(a)
			}
		}
		if e.Constrained != nil {
			included = w.amount(*e.Constrained)
			s.say("%s is constrained to %s (606-10-32-11): %s.", capital(e.Name), included, cmp.Or(strings.TrimSuffix(e.Why, "."), "no reason given"))
		}
		belongs := "all promises"
		if len(e.Lines) > 0 {
			belongs = strings.Join(e.Lines, ", ")
		}
		method := "as given"
		if len(e.Outcomes) > 0 {
			method = strings.ReplaceAll(cmp.Or(string(e.Method), "by the number of outcomes"), "_", " ")
			for _, o := range e.Outcomes {
				method += fmt.Sprintf("; %s %% %s", o.Probability, w.amount(o.Amount))
			}
		}
		t.rows = append(t.rows, []string{e.Name, string(e.Direction) + " the price", method, belongs, estimate, included})
	}
	if len(t.rows) > 0 {
		s.tables = append(s.tables, t)
	} else {
		s.say("Nothing in it is estimated: the price is what the contract states.")
	}
	for _, p := range w.Payable {
		s.say("Less %s payable to the customer, %s (606-10-32-25): %s.", w.amount(p.Amount), p.Name, p.Reason)
	}
	for _, f := range w.Financing {
		s.say("%s is financed at %s %% a year (606-10-32-15): %s.", w.called(f.Line), f.RatePercent, f.Reason)
	}
	for _, m := range w.Minimums {
		s.say("The minimum of %s under %s counts as %s: %s.", w.amount(m.Amount), m.Commitment, strings.ReplaceAll(string(m.Policy), "_", " "), m.Reason)
	}
	for _, o := range w.Books {
		s.say("In the book %s, %s is constrained to %s (IFRS 15.56).", o.Book, o.Variable, w.amount(o.Constrained))
	}
	return s
}

func (w judgmentWords) allocation() judgmentStep {
	s := judgmentStep{title: "4. Its allocation"}
	if w.Allocation != revrec.ByStandalone {
		s.say("Each line is worth what the contract says of it.")
		return s
	}
	s.say("The price is shared by what each promise sells for alone (606-10-32-31).")
	for _, b := range w.Bundles {
		s.say("%s are regularly sold together for %s: their discount is theirs alone (606-10-32-37).", strings.Join(b.Lines, ", "), w.amount(b.Price))
	}
	t := wordTable{head: []string{"Promise", "Evidence", "Stated", "Stand-alone", "Allocated", "Carve"}, figures: 2}
	shares, err := w.Shares(w.Currency)
	if err != nil || len(shares) == 0 {
		s.say("What was left of the price when the contract changed is shared anew by it.")
	}
	zero := money.Zero(w.Currency)
	stated, allocated, carved, alone := zero, zero, zero, decimal.Zero
	for i, p := range w.Promises {
		row := []string{w.called(p.Line), standaloneEvidence(p), "–", "–", "–", "–"}
		if p.Stated != nil {
			row[2] = w.amount(*p.Stated)
		}
		if p.Standalone != nil {
			row[3], alone = w.amount(*p.Standalone), alone.Add(*p.Standalone)
		}
		if i < len(shares) {
			row[4], row[5] = ui.AmountText(shares[i].Amount), ui.AmountText(shares[i].Carve)
			stated, allocated, carved = stated.Add(shares[i].Amount.Sub(shares[i].Carve)), allocated.Add(shares[i].Amount), carved.Add(shares[i].Carve)
		}
		t.rows = append(t.rows, row)
	}
	if len(shares) > 0 {
		t.foot = []string{"In all", "", ui.AmountText(stated), w.amount(alone), ui.AmountText(allocated), ui.AmountText(carved)}
	}
	s.tables = append(s.tables, t)
	return s
}

// standaloneEvidence says where a stand-alone price is from.
func standaloneEvidence(p revrec.AssessedPromise) string {
	switch {
	case p.Residual:
		return "residual: what the others leave (606-10-32-34(c))"
	case p.Library != nil:
		every := cmp.Or(p.Library.Every, "unit")
		return fmt.Sprintf("%s, version %d: %s of %s a %s", p.Library.Product, p.Library.Version, p.Library.Method, p.Library.Unit, every)
	case p.Standalone != nil:
		return "given by hand"
	}
	return ""
}

func (w judgmentWords) recognition() judgmentStep {
	s := judgmentStep{title: "5. Its recognition"}
	for _, l := range w.Leveling {
		s.say("%s: one price a day over %s%s.", strings.Join(l.Lines, ", "), ui.SpanText(period.Through(l.From, l.Through)), after(": ", l.Reason))
	}
	for _, r := range w.Releases {
		s.say("%s began to be met on %s; days before: %s.", w.called(r.Line), ui.DayText(r.On), strings.ReplaceAll(cmp.Or(string(r.Late), string(revrec.CatchUp)), "_", " "))
	}
	for _, h := range w.Holds {
		from := h.From
		if from.IsZero() {
			from = w.Effective
		}
		s.say("%s is held from %s: %s. It stays a remaining obligation. Owner: %s.", capital(w.called(h.Line)), ui.DayText(from), h.Reason, h.Owner)
	}
	for _, b := range w.Breakage {
		s.say("Of %s, %s is expected to be used (606-10-55-48): %s.", w.called(b.Line), w.amount(b.Expected), b.Reason)
	}
	for _, x := range w.Schedules {
		s.say("%s is earned by percentages given by hand: %s.", w.called(x.Line), x.Reason)
	}
	if len(w.Progress) > 0 {
		t := wordTable{title: "Progress", head: []string{"Line", "On", "Note", "Met"}, figures: 3}
		for _, p := range slices.Backward(w.Progress) {
			t.rows = append(t.rows, []string{w.called(p.Line), ui.DayText(p.On), p.Note, p.Percent.String() + " %"})
		}
		s.tables = append(s.tables, t)
	}
	if len(s.lines)+len(s.tables) == 0 {
		s.say("Each promise is earned as its product is; no pattern was changed.")
	}
	return s
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
