package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

func (d dossier) facts() []ui.Fact {
	doc := d.Latest().Document
	facts := []ui.Fact{
		{Term: "Customer", Value: ui.Link(d.customer.Name, customerAddress(d.Customer))},
		{Term: "Sold by", Value: ui.Text(d.entity.Name)},
		{Term: "Term", Value: ui.Span(doc.Term.Span())},
		{Term: "Currency", Value: ui.Text(string(d.Currency))},
		{Term: "Payment", Value: ui.Text(netDays(doc.Billing.NetDays))},
		{Term: "Billing periods", Value: ui.Text(alignWord(doc.Billing.Align))},
	}
	facts = slices.Insert(facts, 1, slices.Concat(d.payerFacts(), d.partyFacts())...)
	for _, whole := range []struct {
		term string
		said []string
	}{{"Reseller", resellerTerms(doc.Reseller)}, {"Trial", trialTerms(doc.Trial)}, {"Renewal", renewalTerms(doc.Renewal)}, {"Further terms from", days(doc.Term.Renewed)}, {"End", endingTerms(doc.Ending)}} {
		if len(whole.said) > 0 {
			facts = append(facts, ui.Fact{Term: whole.term, Value: page.Lines(whole.said)})
		}
	}
	facts = append(facts, d.renewalFacts()...)
	if doc.Billing.Late != "" {
		facts = append(facts, ui.Fact{Term: "Late usage", Value: ui.Text(capital(lateTerms(doc.Billing)))})
	}
	if doc.Billing.PONumber != "" {
		facts = append(facts, ui.Fact{Term: "PO", Value: ui.Mono(doc.Billing.PONumber)})
	}
	if doc.Plan != nil {
		facts = append(facts, ui.Fact{Term: "Plan", Value: ui.Text(fmt.Sprintf("%s, version %d", doc.Plan.Code, doc.Plan.Version))})
	}
	return facts
}

func netDays(n int) string {
	if n == 0 {
		return "On receipt"
	}
	return fmt.Sprintf("Within %d days", n)
}

var recognitions = map[catalog.Recognition]string{catalog.Ratable: "Over its service", catalog.AsUsed: "As it is used", catalog.PointInTime: "On its first day"}

// lines puts every promise of the latest version in words.
func (d dossier) lines() []page.ContractLine {
	doc := d.Latest().Document
	var out []page.ContractLine
	for _, l := range doc.Lines {
		product, _ := d.catalog.Product(l.Product, doc.Start())
		line := page.ContractLine{Name: cmp.Or(l.Description, product.Name, l.Product), ID: l.ID, Clause: l.Clause, Days: doc.DaysOf(l), Earned: recognitions[product.Recognition]}
		switch {
		case l.Fixed != nil:
			line.Terms = fixedTerms(*l.Fixed)
		case l.Once != nil:
			line.Terms = onceTerms(*l.Once)
			if l.Once.Milestone != "" {
				line.Earned = "When delivered"
				if on := d.delivered(l.ID); !on.IsZero() {
					line.Earned = "Delivered " + ui.DayText(on)
				}
			}
		default:
			meter, _ := d.catalog.Meter(l.Usage.Meter)
			line.Terms, line.Product = usageTerms(*l.Usage, meter.Unit), "meter "+l.Usage.Meter
			if len(l.Users) > 0 {
				line.Terms = append(line.Terms, "Used by "+strings.Join(l.Users, ", "))
			}
		}
		line.Terms = append(append(line.Terms, roleTerms(l.Role)...), passOnTerms(l)...)
		out = append(out, line)
	}
	for _, c := range doc.Prepaid {
		product, _ := d.catalog.Product(c.Product, doc.Start())
		out = append(out, page.ContractLine{Name: cmp.Or(product.Name, c.Product), ID: c.ID, Product: "prepaid amount", Clause: c.Clause, Days: doc.DaysOf(contracts.Line{From: c.From, Through: c.Through}), Terms: prepaidTerms(c), Earned: recognitions[product.Recognition]})
	}
	for _, c := range doc.Commits {
		product, _ := d.catalog.Product(c.Product, doc.Start())
		out = append(out, page.ContractLine{Name: cmp.Or(product.Name, c.Product), ID: c.ID, Product: "commitment", Clause: c.Clause, Days: doc.DaysOf(contracts.Line{From: c.From, Through: c.Through}), Terms: commitTerms(c), Earned: recognitions[product.Recognition]})
	}
	return append(out, extraLines(doc)...)
}

// extraLines are what bounds or lowers the charges: it is earned as nothing of its own.
func extraLines(doc contracts.Document) (out []page.ContractLine) {
	for _, c := range doc.Caps {
		out = append(out, page.ContractLine{Name: "Cap", ID: c.ID, Clause: c.Clause, Days: doc.Term.Span(), Terms: capTerms(c)})
	}
	for _, x := range doc.Discounts {
		out = append(out, page.ContractLine{Name: "Discount", ID: x.ID, Clause: x.Clause, Days: doc.DaysOf(contracts.Line{From: x.From, Through: x.Through}), Terms: discountTerms(x)})
	}
	for _, x := range doc.Credits {
		out = append(out, page.ContractLine{Name: "Credit", ID: x.ID, Clause: x.Clause, Days: doc.DaysOf(contracts.Line{From: x.From, Through: x.Through}), Terms: creditTerms(x)})
	}
	return out
}

// decision says what a version waits for, and what this reader can do about it.
func (v *visit) decision(d dossier, problem string) (*page.Decision, error) {
	r, waits := d.Pending()
	if !waits {
		return nil, nil
	}
	at := contractAddress(d.Number)
	if r.Last() == "" {
		out := &page.Decision{Title: fmt.Sprintf("Version %d is a draft", r.Number), Text: "It counts once another person has approved it. Look at what it will bill first.", Problem: problem}
		if v.By.Require(sellers...) == nil {
			out.Submit = at + "/submit"
		}
		return out, nil
	}
	history, err := access.History(v.ctx, v.DB, access.Subject{Kind: "contract", Key: contractKey(d.Number, r.Number), Account: int64(d.Account)})
	if err != nil || len(history) == 0 {
		return nil, err
	}
	asked := history[len(history)-1]
	out := &page.Decision{Title: fmt.Sprintf("Version %d waits for approval", r.Number), Text: asked.RequestedBy.Name + " asked for it. What it will bill and earn is on the next tab.", Problem: problem}
	if len(asked.DecideRoles) > 1 {
		out.Text = "It needs the approval of " + approvedBy(asked.DecideRoles) + ". " + out.Text
	}
	if r.Last() == "endorsed" {
		out.Text = asked.RequestedBy.Name + " approved it; " + approvedBy(r.Missing()) + " has yet to. What it will bill and earn is on the next tab."
	}
	if err := asked.MayDecide(v.By); err != nil && r.Last() != "endorsed" {
		out.Text = sentence(err)
	} else if err == nil {
		out.Decide = at
	}
	return out, nil
}

// contractBooks fills in what was billed under the contract.
func (v *visit) contractBooks(d dossier, view *page.Contract) error {
	rows, err := invoicing.OfContract(v.ctx, v.DB, d.Account, d.ID)
	if err != nil {
		return err
	}
	items, err := ledger.OpenOn(v.ctx, v.DB, []customers.AccountID{d.Account}, v.Today())
	if err != nil {
		return err
	}
	open := map[string]money.Amount{}
	for _, i := range items {
		open[i.Document] = i.Amount
	}
	view.Invoices = ui.TableProps{
		Title:   "Invoices",
		Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Status"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Due", Kind: ui.Tight}, {Label: "Total", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing billed yet", Text: d.unbilled(v.Today()), Action: &ui.ButtonProps{Label: "What it will bill", Href: contractAddress(d.Number) + "/outlook"}},
	}
	lost, err := payments.GivenUp(v.ctx, v.DB)
	if err != nil {
		return err
	}
	billed, owed := money.Zero(d.Currency), money.Zero(d.Currency)
	for _, r := range rows {
		view.Invoices.Rows = append(view.Invoices.Rows, v.invoiceRow(r, open[r.Number], lost))
		if !r.Voided {
			billed = billed.Add(r.Total)
		}
		owed = owed.Add(open[r.Number])
	}
	if len(rows) > 0 {
		view.Invoices.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Total"), ui.Text(""), ui.Text(""), ui.Text(""), ui.Money(billed), ui.Money(owed))}}
	}
	least, err := d.agreedAtLeast()
	if err != nil {
		return err
	}
	view.Stats = []ui.StatProps{
		{Label: "Agreed, at least", Value: ui.MoneyLink(least, contractAddress(d.Number)+"/outlook"), Note: "net, for the whole term, without usage"},
		{Label: "Billed, gross", Value: ui.Money(billed), Note: howMany(len(rows), "document")},
		{Label: "Open", Value: ui.Money(owed)},
	}
	if a, agreed := d.Agreement(); agreed {
		view.Stats = append(view.Stats, ui.StatProps{Label: "Days left", Value: ui.Count(int64(max(0, a.Term().End.Sub(v.Today())))), Note: "of " + howMany(a.Term().Days(), "day")})
	}
	return nil
}

// unbilled says why a contract has no invoice.
func (d dossier) unbilled(today period.Date) string {
	a, agreed := d.Agreement()
	if !agreed {
		return "The invoice run issues what is due once a version is approved."
	}
	if trial := a.Latest().Document.Trial; trial != nil && !today.After(trial.Through) {
		return "It is on trial, free through " + ui.DayText(trial.Through) + "."
	}
	return "The next invoice run issues what is due."
}

// contractDocument shows a version as exported, and hands it out as a file.
func (v *visit) contractDocument() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	chosen := d.Latest()
	if n := v.queryNumber("version"); n > 0 {
		if int(n) > len(d.History) {
			return fault.New(fault.NotFound, "contract %s has no version %d", d.Number, n)
		}
		chosen = d.History[n-1]
	}
	text, err := contracts.Export(chosen.Document)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-v%d.yaml", strings.ReplaceAll(d.Number, "/", "-"), chosen.Number)
	if v.query("format") == "yaml" {
		v.echo.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		return v.echo.Blob(http.StatusOK, "application/yaml", text)
	}
	view := page.Contract{Head: d.head(v, "document"), Document: ui.DocumentProps{Name: name, Text: string(text),
		Corner: ui.Button(ui.ButtonProps{Label: "Download", Icon: "download", Small: true, Href: v.with("version", fmt.Sprint(chosen.Number), "format", "yaml")})}}
	for _, r := range d.History {
		state := cmp.Or(r.Last(), "draft")
		view.Versions = append(view.Versions, ui.Chip{Label: fmt.Sprintf("Version %d, %s", r.Number, state), Href: v.with("version", fmt.Sprint(r.Number)), On: r.Number == chosen.Number})
	}
	return v.page(http.StatusOK, frame{Title: d.Number + " document", Room: "contracts"}, page.ContractDocument(view))
}

// submitContract, approveContract and rejectContract are one verb each.
func (v *visit) submitContract() error {
	return v.decideContract("submitted for approval", contracts.Submit)
}

func (v *visit) approveContract() error { return v.decideContract("approved", contracts.Approve) }

func (v *visit) rejectContract() error { return v.decideContract("sent back", contracts.Reject) }
