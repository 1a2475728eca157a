package reports

import (
	"cmp"
	"fmt"
	"strings"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
)

// corrections are what was booked for closed months, and why.
func (d *drawing) corrections() error {
	found, err := revrec.Corrections(d.ctx, d.q, d.revenue(), d.From)
	if err != nil {
		return err
	}
	t := newTable("corrections", "", monthOf("booked_in", "Booked in"), monthOf("belongs_to", "Belongs to"), code("contract", "Contract"), code("line", "Line"), words("charge", "Charge"),
		words("cause", "Cause"), count("version", "Version"), figure("amount", "Revenue"))
	t.Empty = "Nothing was booked later than the month it belongs to"
	byCause := map[revrec.Cause]map[period.Month]money.Amount{}
	for _, c := range found {
		t.line(in(c.Booked), linked(in(c.Month), []Link{because(c.Line, c.Month)}), contract(int64(c.Contract)), says(c.Line), says(string(c.Kind)), says(causeWords[c.Cause]), counts(int64(c.Version)),
			is(c.Amount, to(ToEntry, fmt.Sprintf("%d/%d", c.Account, c.Entry))))
		if byCause[c.Cause] == nil {
			byCause[c.Cause] = map[period.Month]money.Amount{}
		}
		byCause[c.Cause][c.Booked] = byCause[c.Cause][c.Booked].Add(c.Amount)
	}
	t.total(d.zero())
	d.add(t)
	var drawn []group
	for _, cause := range revrec.Causes {
		if byCause[cause] != nil {
			g := group{name: says(causeWords[cause]), amounts: byCause[cause], total: d.zero()}
			for _, a := range byCause[cause] {
				g.total = g.total.Add(a.Abs())
			}
			drawn = append(drawn, g)
		}
	}
	if len(drawn) > 0 {
		d.out.Chart = d.stack("Corrections by the month they were booked in", drawn)
	}
	earlier, err := ledger.EarnedEarlier(d.ctx, d.q, d.stretch())
	if err != nil {
		return err
	}
	booked := d.zero()
	for _, a := range earlier {
		booked = booked.Add(a.Amount)
	}
	d.check("Corrections", "by the schedule", t.of("amount", d.zero()), "revenue with an earlier month, in the ledger", booked)
	d.note("A closed month is never changed: what becomes known later is booked in the first open month, and keeps the month it belongs to. The month opens what was booked for it before and since, side by side; the figure opens the entry.")
	return nil
}

// modifications are the changes of contracts, who approved them and what they did to revenue.
func (d *drawing) modifications() error {
	changes, err := contracts.Changes(d.ctx, d.q, d.Entity.ID, string(d.Currency), d.From.First(), d.Month.Last())
	if err != nil {
		return err
	}
	var stretches revrec.Changed
	for _, c := range changes {
		stretches.Accounts = append(stretches.Accounts, int64(c.Account))
		stretches.Contracts, stretches.Since, stretches.Until = append(stretches.Contracts, int64(c.Contract)), append(stretches.Since, c.Known), append(stretches.Until, c.Until)
	}
	effects, err := revrec.Effects(d.ctx, d.q, d.revenue(), stretches)
	if err != nil {
		return err
	}
	treated, err := revrec.TreatedChanges(d.ctx, d.q)
	if err != nil {
		return err
	}
	judged := map[string]revrec.Treated{}
	for _, t := range treated {
		judged[fmt.Sprint(t.Contract, " ", t.Version)] = t
	}
	users, err := access.ListUsers(d.ctx, d.q)
	if err != nil {
		return err
	}
	called := map[int64]string{0: "System"}
	for _, u := range users {
		called[u.ID] = u.Name
	}
	byMonth := make([]map[period.Month]money.Amount, len(changes))
	for _, e := range effects {
		if byMonth[e.Change] == nil {
			byMonth[e.Change] = map[period.Month]money.Amount{}
		}
		byMonth[e.Change][e.Month] = e.Amount
	}
	t := newTable("modifications", "", code("contract", "Contract"), count("version", "Version"), dayOf("entered", "Entered"), dayOf("effective", "Effective"), words("change", "Change"), words("reason", "Reason"),
		words("prepared_by", "Prepared by"), words("approved_by", "Approved by"), words("treatment", "Judged"), words("effect", "Effect"), figure("catch_up", "On months before"), figure("prospective", "On the month and later"), figure("total", "On revenue"))
	t.Empty, t.Ordered = "No contract was changed in these months", true
	months := d.byMonth("by_month", "Effect on revenue by month", code("contract", "Contract"), count("version", "Version"))
	for i, c := range changes {
		before, after, of := d.zero(), d.zero(), byMonth[i]
		for m, a := range of {
			if m.Before(c.EnteredOn.MonthOf()) {
				before = before.Add(a)
			} else {
				after = after.Add(a)
			}
		}
		name := contract(int64(c.Contract))
		name.Link = to(ToContract, c.Number)
		t.line(name, counts(int64(c.Version)), on(c.EnteredOn), on(c.EffectiveOn), says(changeWords[c.Event]), says(c.Reason), says(called[c.Prepared]), says(cmp.Or(called[c.Approver], "–")),
			says(judgment(judged[fmt.Sprint(c.Contract, " ", c.Version)], called)), says(effectOf(before, after)), is(before, schedule), is(after, schedule), is(before.Add(after), schedule))
		if len(of) > 0 {
			months.row([]Cell{name, counts(int64(c.Version))}, of, func(period.Month) Link { return to(ToSchedule, c.Number) })
		}
	}
	t.total(d.zero())
	d.add(t)
	months.Ordered = true
	months.total(d.zero())
	d.add(months.Table)
	d.note("On revenue: what the schedule of fixed fees was changed by while the version was the latest, usage and credits left aside. Months before are those before the month in which the change was entered: a catch-up. By month shows the months of the report only.")
	return nil
}

var changeWords = map[string]string{"approved": "Amended", "renewed": "Renewed by itself", "signed": "Signed by a published plan"}

// judgment says how an assessment treats a change, and why against the rule; nothing where nobody has judged it: then it is
// earned as it is stated.
func judgment(t revrec.Treated, called map[int64]string) string {
	if t.Treatment == "" {
		return "As stated"
	}
	said := string(t.Treatment) + ", approved by " + called[t.Approver]
	if t.Rule != "" && t.Rule != t.Treatment {
		said += "; the rule says " + string(t.Rule) + " (" + strings.Join(t.Because, ", ") + ")"
	} else if t.Rule != "" {
		said += "; as the rule says (" + strings.Join(t.Because, ", ") + ")"
	}
	if t.Override != "" {
		said += "; against the rule: " + t.Override
	}
	return said
}

// effectOf says how a change was taken in.
func effectOf(before, after money.Amount) string {
	switch {
	case before.IsZero() && after.IsZero():
		return "None on fixed fees"
	case before.IsZero():
		return "Prospective"
	case after.IsZero():
		return "Catch-up"
	}
	return "Catch-up and prospective"
}

// unreleased is what should be earned and is not, and what is held.
func (d *drawing) unreleased() error {
	found, err := revrec.ListUnreleased(d.ctx, d.q, d.revenue())
	if err != nil {
		return err
	}
	t := newTable("unreleased", "Scheduled through the month and not recognized", code("contract", "Contract"), code("line", "Line"), words("charge", "Charge"), monthOf("since", "Since"), dayOf("service_ends", "Service ends"), figure("amount", "Not recognized"))
	t.Empty = "Everything that is due is recognized"
	for _, u := range found {
		t.line(contract(int64(u.Contract)), says(u.Line), says(string(u.Kind)), in(u.First), on(u.EndsOn.AddDays(-1)), is(u.Amount, schedule))
	}
	t.total(d.zero())
	d.add(t)
	holds, err := invoicing.Holds(d.ctx, d.q, invoicing.HoldFilter{On: d.Month.Last()})
	if err != nil {
		return err
	}
	h := newTable("holds", "Held from billing", code("contract", "Contract"), words("customer", "Customer"), dayOf("from", "From"), dayOf("until", "Until"), words("reason", "Reason"))
	h.Empty = "Nothing is held"
	for _, x := range holds {
		h.line(contract(int64(x.Contract)), customer(int64(x.Payer)), on(x.StartsOn), on(x.EndsOn), Cell{Text: x.Reason, Link: to(ToHolds, "")})
	}
	d.add(h)
	if err := d.heldRevenue(); err != nil {
		return err
	}
	d.note("Not recognized: the schedule has it for a month that is over, and no entry booked it. The revenue run of the month does; what stands here after it is an exception. Holds are of all legal entities.")
	return nil
}

// heldRevenue lists what an accountant keeps from being recognized.
func (d *drawing) heldRevenue() error {
	held, err := revrec.HeldFromRecognition(d.ctx, d.q, d.Month.Last())
	if err != nil {
		return err
	}
	ours, err := d.sold()
	if err != nil {
		return err
	}
	t := newTable("held_revenue", "Held from recognition", code("contract", "Contract"), code("line", "Line"), dayOf("from", "From"), words("reason", "Reason"), words("owner", "Owner"))
	t.Empty = "No judgment holds revenue back"
	for _, h := range held {
		if ours[h.Contract] {
			t.line(contract(int64(h.Contract)), says(cmp.Or(h.Line, "all")), on(h.From), says(h.Reason), says(h.Owner))
		}
	}
	d.add(t)
	return nil
}

// sold are the contracts of the legal entity.
func (d *drawing) sold() (map[contracts.ID]bool, error) {
	sales, err := contracts.Sales(d.ctx, d.q, d.Entity.ID)
	out := make(map[contracts.ID]bool, len(sales))
	for _, s := range sales {
		out[s.Contract] = true
	}
	return out, err
}

// standalone lists lines whose price nothing in the catalog supports.
func (d *drawing) standalone() error {
	found, err := revrec.PriceFindings(d.ctx, d.q, d.Entity.ID, d.Currency, d.Month.Last())
	if err != nil {
		return err
	}
	t := newTable("exceptions", "", code("contract", "Contract"), code("line", "Line"), words("product", "Product"), words("every", "For a"), numeric("price", "Agreed"), numeric("standalone", "Stand-alone"), numeric("low", "From"), numeric("high", "To"), words("finding", "Finding"))
	t.Empty = "Every line has a stand-alone price and lies within its range"
	for _, f := range found {
		best, low, high := "", "", ""
		if s := f.Standalone; s.Currency != "" {
			best = s.Best().String()
			if s.Ranged() {
				low, high = s.Low.String(), s.High.String()
			}
		}
		product := says(f.PricedLine.Product)
		if f.Product.Name != "" {
			product = Cell{Text: f.Product.Name, Link: to(ToProduct, f.PricedLine.Product)}
		}
		t.line(contract(int64(f.Contract)), says(f.Line), product, says(cmp.Or(f.Every, "unit")), says(f.Price.String()), says(best), says(low), says(high), says(f.Finding))
	}
	d.add(t)
	d.note("Fixed and one-time lines of contracts in force at the end of the month, at the price agreed before discounts, against the catalog's stand-alone price of the day the contract began (606-10-32-31 to 35). Usage is priced as it is used, and needs none.")
	return nil
}

// capitalized are the accounts of contract costs.
var capitalized = []ledger.Account{ledger.CapitalizedCommission, ledger.CapitalizedFulfilment}

// costs rolls contract costs forward (340-40-50).
func (d *drawing) costs() error {
	sides, err := ledger.SidesOf(d.ctx, d.q, d.stretch(), capitalized)
	if err != nil {
		return err
	}
	lost, err := ledger.SidesOf(d.ctx, d.q, d.stretch(), []ledger.Account{ledger.CommissionImpairment})
	if err != nil {
		return err
	}
	impaired := map[int64]money.Amount{}
	for _, l := range lost {
		impaired[l.Contract] = impaired[l.Contract].Add(l.Debit).Sub(l.Credit)
	}
	t := newTable("by_contract", "", code("contract", "Contract"), words("cost", "Cost"), figure("opening", "Opening"), figure("capitalized", "Capitalized"), figure("amortized", "Amortized"), figure("impaired", "Impaired"), figure("closing", "Closing"))
	t.Empty = "Nothing is capitalized"
	for _, s := range sides {
		loss := impaired[s.Contract]
		if loss.Cmp(s.Credit) > 0 {
			loss = s.Credit // of the other cost of the contract
		}
		impaired[s.Contract] = impaired[s.Contract].Sub(loss)
		at := d.postings(period.Month{}, "contract", s.Contract, "ledger", int(s.Ledger))
		name := contract(s.Contract)
		if s.Contract == 0 {
			name = says("Without a contract")
		}
		t.line(name, says(s.Ledger.Info().Name), is(s.Opening), is(s.Debit, at), is(s.Credit.Sub(loss).Neg(), at), is(d.zero().Sub(loss), at),
			is(s.Opening.Add(s.Debit).Sub(s.Credit), d.standing("contract", s.Contract, "ledger", int(s.Ledger))))
	}
	t.total(d.zero())
	d.add(t)
	d.bridge(t)
	booked, err := d.booked(capitalized...)
	if err != nil {
		return err
	}
	d.check("Closing", "this report", t.of("closing", d.zero()), "trial balance", booked)
	d.note("Costs to obtain and to fulfil contracts (ASC 340-40). What is expensed at once, because it is used up within a year, never stands here.")
	return nil
}
