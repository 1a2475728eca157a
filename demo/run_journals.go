package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/journals"
	"ratable/revrec/cost"
)

// bookings are what people of the story write into the books: what sellers earned for two large contracts, what the
// European company pays the American one that runs the platform, and the journals of a month's end.
func (f *filling) bookings(at func(period.Date, string, func(context.Context) error)) {
	each := func(on period.Date, what string, do func(context.Context, pgx.Tx, period.Date) error) {
		if on.After(f.Today) {
			return
		}
		at(on, what, func(ctx context.Context) error {
			return f.db.Tx(ctx, func(tx pgx.Tx) error { return do(ctx, tx, on) })
		})
	}
	begins := f.story.begins().MonthOf()
	each(begins.First(), "a template of journals", f.template)
	each(begins.Next().First().AddDays(2), "commissions of sellers", f.sellerCosts)
	each(begins.Add(3).First(), "an intercompany rule", f.serve)
	each(begins.Add(9).Last(), "an accrual that takes itself back", f.accrual)
	each(begins.Add(10).Last(), "bank charges", f.bankCharges)
	each(f.Today.MonthOf().First(), "a journal that waits", f.waiting)
}

func (f *filling) template(ctx context.Context, tx pgx.Tx, _ period.Date) error {
	all, err := journals.Templates(ctx, tx, true)
	if err != nil || len(all) > 0 {
		return err
	}
	return journals.SaveTemplate(ctx, tx, journals.Template{Code: "hosting", Name: "Hosting of the month, not billed yet", Lines: []journals.TemplateLine{
		{Account: "COGS", Percent: "80"}, {Account: "Fees", Percent: "20"}, {Account: "PayableToSupplier", Credit: true, Percent: "100"}}}, f.people["alma"])
}

// sellerCosts are commissions that are assets: the contracts are of two and three years.
func (f *filling) sellerCosts(ctx context.Context, tx pgx.Tx, on period.Date) error {
	known, err := cost.List(ctx, tx, cost.Filter{Kind: cost.CostFact})
	if err != nil || len(known) > 0 {
		return err
	}
	for _, w := range []cost.Written{
		{Contract: "C-1001", Purpose: "obtain", Nature: "commission", Payee: "Sofia Lindgren", Amount: "18400.00", Benefit: "60", By: "monthly_even", Reason: "Commission plan 2025, tier 3; customers of this size stay five years on average"},
		{Contract: "C-1006", Purpose: "obtain", Nature: "commission", Payee: "Tomas Berg", Amount: "3250.00", By: "daily", Reason: "Commission plan 2025, tier 1; a renewal is paid the same"},
		{Contract: "C-1001", Purpose: "fulfil", Payee: "Cumulus Migrations", Amount: "6900.00", By: "daily", Reason: "Data moved from the old system before go-live"},
	} {
		w.IncurredOn = on.String()
		made, err := cost.Enter(ctx, tx, w, f.people["farah"])
		if err != nil {
			return err
		}
		if err := cost.Approve(ctx, tx, made.ID, "", f.people["alma"]); err != nil {
			return err
		}
	}
	return nil
}

// serve has the American company run the platform for customers of the European one.
func (f *filling) serve(ctx context.Context, tx pgx.Tx, on period.Date) error {
	known, err := journals.Rules(ctx, tx)
	if err != nil || len(known) > 0 {
		return err
	}
	for _, r := range []journals.Rule{
		{Kind: journals.TransferRule, Code: "platform-us", StartsOn: on, Reason: "Transfer pricing study: the platform is run in San Francisco", Transfer: journals.Transfer{Seller: "nleu", Serving: "nlus", Product: "api-calls", Percent: "35"}},
		{Kind: journals.LimitRule, Code: "finance-usd", StartsOn: on, Reason: "Policy 4.2: finance approves up to 50,000.00", Limit: journals.Limit{Role: access.Finance, Currency: "USD", Most: "50000.00"}},
	} {
		if r, err = journals.Propose(ctx, tx, r, f.people["farah"]); err != nil {
			return err
		}
		if err := journals.DecideRule(ctx, tx, r.ID, access.Approve, "", f.people["alma"]); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) accrual(ctx context.Context, tx pgx.Tx, on period.Date) error {
	return f.journal(ctx, tx, true, journals.Written{Entity: "nlus", On: on.String(), ReversesOn: on.AddDays(1).String(), Reason: "Audit of the year: fee earned by the auditors so far",
		Lines: []journals.WrittenLine{{Account: "Fees", Debit: "8500.00"}, {Account: "PayableToSupplier", Credit: "8500.00", Document: "Engagement letter 2026"}}})
}

func (f *filling) bankCharges(ctx context.Context, tx pgx.Tx, on period.Date) error {
	return f.journal(ctx, tx, true, journals.Written{Entity: "nleu", On: on.String(), Reason: "Bank charges of the quarter",
		Lines: []journals.WrittenLine{{Account: "Fees", Debit: "126.40"}, {Account: "Cash", Credit: "126.40", Document: "Grachtenbank statement"}}})
}

func (f *filling) waiting(ctx context.Context, tx pgx.Tx, on period.Date) error {
	t, err := journals.FindTemplate(ctx, tx, "hosting")
	if err != nil {
		return err
	}
	e, _ := f.entities.ByCode("nlus")
	total := money.Of(1_240_000, e.Currency)
	return f.journal(ctx, tx, false, journals.Written{Entity: "nlus", On: on.String(), ReversesOn: on.MonthOf().End().String(), Reason: t.Name, Template: t.Code, Lines: t.Fill(total)})
}

// journal writes one unless it was written before, and has it posted.
func (f *filling) journal(ctx context.Context, tx pgx.Tx, post bool, w journals.Written) error {
	known, err := journals.List(ctx, tx, journals.Filter{})
	if err != nil || slices.ContainsFunc(known, func(j journals.Journal) bool { return j.Reason == w.Reason }) {
		return err
	}
	j, err := journals.Enter(ctx, tx, w, f.people["farah"])
	if err != nil {
		return err
	}
	if err := journals.Attach(ctx, tx, j.ID, "request.eml", request(w), f.people["farah"]); err != nil {
		return err
	}
	if err := journals.Submit(ctx, tx, j.ID, f.people["farah"]); err != nil || !post {
		return err
	}
	_, err = journals.Decide(ctx, tx, j.ID, access.Approve, "", f.people["alma"])
	return err
}

// request is the mail that asked for a journal.
func request(w journals.Written) []byte {
	on, err := period.ParseDate(w.On)
	if err != nil {
		panic(err) // written above
	}
	return fmt.Appendf(nil, "From: Alma Castillo <alma@northlight.example>\r\nTo: Farah Nasser <farah@northlight.example>\r\nDate: %s\r\nSubject: %s\r\n\r\nPlease book it, I will look at it.\r\n",
		on.Time(time.UTC).Format(time.RFC1123Z), w.Reason)
}
