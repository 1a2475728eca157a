package onboarding

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/revrec"
)

// other is the other billing system: it bills what is due and remembers what it billed.
type other struct {
	*house
	billed map[string]bool // contract, line and days
	serial int
}

// wouldBill are the lines of a contract that are due by a day, as our engine prices them: the two systems agree.
func (h *house) wouldBill(number string, through period.Date) []invoicing.Document {
	h.t.Helper()
	var out []invoicing.Document
	err := h.DB.Tx(ctx, func(tx pgx.Tx) error {
		k, err := contracts.Get(ctx, tx, number)
		if err != nil {
			return err
		}
		w, err := invoicing.LoadWorld(ctx, tx, through)
		if err != nil {
			return err
		}
		agreed := map[customers.AccountID][]contracts.Contract{k.Account: {k}}
		facts, err := shadowFacts(ctx, tx, []customers.AccountID{k.Account}, agreed, through)
		if err != nil {
			return err
		}
		out, err = shadow(w, facts[k.Account], drafted(k), k.Latest().Document.Term.From, through)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

const invoiceHead = "type,invoice,customer,currency,issued_on,due_on,contract,line,from,through,quantity,unit_price,amount,tax\n"

// bill issues what is due of a contract by a day and was not billed yet, and gives the rows of its export.
func (o *other) bill(customer, number string, through period.Date) string {
	var b strings.Builder
	for _, d := range o.wouldBill(number, through) {
		var rows []string
		for _, s := range ourSides([]invoicing.Document{d}, period.NewSpan(day("2020-01-01"), day("2040-01-01"))) {
			key := number + " " + s.Line + " " + s.Span.String()
			if o.billed[key] || s.Net.IsZero() {
				continue
			}
			o.billed[key] = true
			rows = append(rows, fmt.Sprintf("%s,%s,%s,%s,%s,%s", number, s.Line, s.Span.Start, s.Span.Last(), s.Quantity, s.UnitPrice)+","+s.Net.String()+","+s.Tax.String())
		}
		if len(rows) == 0 {
			continue
		}
		o.serial++
		for _, row := range rows {
			fmt.Fprintf(&b, "line,OLD-%d,%s,USD,%s,,%s\n", o.serial, customer, d.IssuedOn, row)
		}
		if o.serial%2 == 0 { // every second one is paid
			total := d.Total
			if len(rows) == len(d.Lines) {
				fmt.Fprintf(&b, "payment,OLD-%d,%s,USD,%s,,,,,,,,%s,\n", o.serial, customer, d.IssuedOn.AddDays(3), total)
			}
		}
	}
	return b.String()
}

func (h *house) earn(asOf period.Date) {
	h.t.Helper()
	r, err := revrec.Run(ctx, h.DB, revrec.Options{AsOf: asOf}, h.Accountant)
	if err != nil || len(r.Failures) > 0 {
		h.t.Fatalf("recognize through %s: %v %v", asOf, err, r.Failures)
	}
}

func (h *house) ask(names []string, cutOver string, today period.Date) error {
	return h.DB.Tx(ctx, func(tx pgx.Tx) error {
		_, err := AskMove(ctx, tx, Ask{Cohort: "spring", Customers: names, CutOver: day(cutOver), Reason: "ready"}, today, h.Accountant)
		return err
	})
}

func (h *house) compare(today period.Date) Comparison {
	h.t.Helper()
	c, err := RecordComparison(ctx, h.DB, "spring", nil, "looked at", today, h.Accountant)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// tell sends what the other system exported, and fails the test when any of it is refused.
func (o *other) tell(rows string, on period.Date) {
	o.t.Helper()
	if rows == "" {
		return
	}
	if r := o.send(Invoices, invoiceHead+rows, at(on.String())); r.Count(Refused) > 0 {
		o.t.Fatalf("refused: %s\n%s", first(r), rows)
	}
}

func at(today string) func(*Options) { return func(o *Options) { o.Today = day(today) } }

// settle imports customers with contracts of different shapes.
func (h *house) settle(n int) []string {
	h.t.Helper()
	file := "external_id,name,entity,currency,city,region,postcode,country,email\n"
	agreed := "contract,customer,entity,currency,from,through,line,product,quantity,unit_price,every,in\n"
	shapes := []string{"monthly,platform,2,100.00,month,advance", "yearly,platform,1,1200.00,year,advance", "quarterly,support,3,50.10,quarter,arrears", "arrears,platform,1,99.99,month,arrears"}
	var names []string
	for i := range n {
		name := fmt.Sprintf("m-%d", i)
		names = append(names, name)
		file += fmt.Sprintf("%s,Mover %d,rtus,USD,Austin,TX,78701,US,ap@%s.example\n", name, i, name)
		agreed += fmt.Sprintf("M-%d,%s,rtus,USD,2026-01-01,2026-12-31,%s\n", i, name, shapes[i%len(shapes)])
	}
	h.counted(h.send(Customers, file, at("2026-01-01")), n, 0, 0, 0)
	h.counted(h.send(Contracts, agreed, at("2026-01-01")), n, 0, 0, 0)
	return names
}

// ours adds up what our documents ask for of a contract, by line and days.
func (h *house) ours(number string, told []Told) map[string]money.Amount {
	h.t.Helper()
	out := map[string]money.Amount{}
	k, err := contracts.Get(ctx, h.DB, number)
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.DB.Tx(ctx, func(tx pgx.Tx) error {
		all, err := documentsOf(ctx, tx, k.Account, []contracts.Contract{k}, told)
		for _, d := range all {
			if d.Voided == nil {
				for _, l := range d.Lines {
					key := l.Line + " " + l.Span.String()
					out[key] = out[key].Add(l.Amount)
				}
			}
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) told(number string) []Told {
	h.t.Helper()
	k, err := contracts.Get(ctx, h.DB, number)
	if err != nil {
		h.t.Fatal(err)
	}
	all, err := toldOf(ctx, h.DB, []customers.AccountID{k.Account})
	if err != nil {
		h.t.Fatal(err)
	}
	return all[k.Account]
}

// once fails the test unless each stretch that is due was billed by exactly one of the two systems, at its price.
func (o *other) once(names []string, through period.Date, story []string) {
	o.t.Helper()
	for i := range names {
		number := fmt.Sprintf("M-%d", i)
		told := o.told(number)
		ours := o.ours(number, told)
		theirs := map[string]money.Amount{}
		for _, t := range told {
			for _, l := range t.net() {
				key := l.Line + " " + l.span().String()
				theirs[key] = theirs[key].Add(amountOf(l.Amount, t.Currency))
			}
		}
		for _, d := range o.wouldBill(number, through) {
			for _, s := range ourSides([]invoicing.Document{d}, period.NewSpan(day("2020-01-01"), day("2040-01-01"))) {
				key := s.Line + " " + s.Span.String()
				if both := !theirs[key].IsZero() && !ours[key].IsZero(); both || money.Zero("USD").Add(theirs[key]).Add(ours[key]) != s.Net {
					o.t.Fatalf("on %s, %s %s: %s billed there and %s here of %s\n%s", through, number, key, theirs[key], ours[key], s.Net, strings.Join(story, "\n"))
				}
				delete(theirs, key)
				delete(ours, key)
			}
		}
		for key, left := range ours {
			if !left.IsZero() {
				o.t.Fatalf("on %s, %s %s: %s billed here that is not due\n%s", through, number, key, left, strings.Join(story, "\n"))
			}
		}
	}
}

// The property: customers move and are taken back in random orders, runs happen every month, and each day of service is billed once.
func TestHoweverCustomersMoveAndAreTakenBackEachDayIsBilledByExactlyOneSystem(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o := &other{house: begin(t), billed: map[string]bool{}}
			names := o.settle(4)
			r := rand.New(rand.NewPCG(seed, 3))
			here := map[string]bool{}
			var story []string
			for m := day("2026-01-01").MonthOf(); m.Before(day("2026-10-01").MonthOf()); m = m.Next() {
				on := m.First()
				for i, name := range names {
					number := fmt.Sprintf("M-%d", i)
					switch dice := r.IntN(3); {
					case here[name] && dice == 0:
						moved, err := TakeBack(ctx, o.DB, "spring", []string{name}, "not yet", true, on, o.Finance)
						if err != nil || moved[0].Err != nil {
							t.Fatalf("take %s back on %s: %v %v\n%s", name, on, err, moved, strings.Join(story, "\n"))
						}
						story, here[name] = append(story, fmt.Sprintf("%s: %s back, voids %v", on, name, moved[0].Voided)), false
						fallthrough
					case !here[name] && dice > 0, on.Month() == 1:
						o.tell(o.bill(name, number, on.AddDays(-1)), on)
						if !here[name] && on.Month() > 1 && r.IntN(2) == 0 {
							o.compare(on)
							if err := o.ask([]string{name}, on.String(), on); err != nil {
								t.Fatalf("ask for %s on %s: %v\n%s", name, on, err, strings.Join(story, "\n"))
							}
							moved, err := ApproveMove(ctx, o.DB, "spring", []string{name}, "go", false, on, o.Finance)
							if err != nil || moved[0].Err != nil {
								t.Fatalf("move %s on %s: %v %v\n%s", name, on, err, moved[0].Err, strings.Join(story, "\n"))
							}
							story, here[name] = append(story, fmt.Sprintf("%s: %s moves with %d invoices", on, name, moved[0].Invoices)), true
						}
					}
				}
				o.Bill(t, on.String())
				o.earn(on.AddDays(-1))
				for i, name := range names { // who is not here is billed there by the end of the day
					if !here[name] {
						o.tell(o.bill(name, fmt.Sprintf("M-%d", i), on), on)
					}
				}
				o.once(names, on, story)
			}
			if !slices.ContainsFunc(story, func(s string) bool { return strings.Contains(s, "back") }) && seed == 0 {
				t.Error("nobody was taken back: the dice test nothing")
			}
		})
	}
}
