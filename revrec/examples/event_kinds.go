package examples

import (
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/revrec/subledger"
)

type telling = func(*told, *facts, subledger.Fact) []subledger.Fact

// eventKinds say which fact an event of a case is. They translate words; what follows from a fact the subledger says.
var eventKinds = map[string]telling{
	"invoice_finalized": finalized, "invoice_finalized_and_paid": finalized, "unbilled_items_created": finalized,
	"invoice_paid": paid(ledger.ByCash), "customer_balance_applied": paid(ledger.ByBalance), "paid_out_of_band": paid(ledger.OutOfBand),
	"payment_pending": paid(ledger.Pending), "payment": payment,
	"payment_cleared": plain(subledger.Cleared), "payment_settled": plain(subledger.Cleared), "payment_failed": plain(subledger.Bounced), "payment_bounced": plain(subledger.Bounced),
	"invoice_voided": plain(subledger.Void), "refund": plain(subledger.Refund), "refund_full": plain(subledger.Refund), "refund_partial": plain(subledger.Refund),
	"exclusion": plain(subledger.Exclusion), "impairment": plain(subledger.Impairment), "contract_asset_impairment": plain(subledger.Impairment),
	"unbilled_voided": plain(subledger.UnbilledVoid), "unbilled_items_voided": plain(subledger.UnbilledVoid),
	"prepaid_expired": plain(subledger.Expired), "expiry": plain(subledger.Expired),
	"marked_uncollectible": plain(subledger.Uncollectible), "written_off": plain(subledger.Uncollectible),
	"dispute": disputed, "dispute_funds_withdrawn": disputed, "dispute_won": plain(subledger.DisputeWon), "dispute_lost": plain(subledger.DisputeLost),
	"credit_note": credited, "credit_memo": creditMemo,
	"usage": usedOn, "accrual": usedOn, "usage_invoice": usageBilled,
	"order_line": order, "order_line_updated": order, "reduction_order": order, "release": order, "invoice": order,
	"prepaid_purchase": bought, "commitment_invoiced": bought, "prepaid_consumption": plain(subledger.Draw), "drawdown": plain(subledger.Draw),
	"fulfilment": fulfilled, "fulfillment": fulfilled, "delivery": fulfilled, "commitment_period_end": committed, "sale": sale,
	"contract": agreement, "terminate": terminated, "cancel": canceled, "downgrade": downgraded,
	"commission": commissioned, "customer_lost": plain(subledger.Lost),
}

func only1(x subledger.Fact) []subledger.Fact { return []subledger.Fact{x} }

// plain is an event that says no more than an amount, if that. Amounts that are taken back may be told below zero.
func plain(kind subledger.Kind) telling {
	return func(t *told, e *facts, x subledger.Fact) []subledger.Fact {
		x.Kind = kind
		if e.has("amount") {
			x.Amount = e.amount("amount")
		}
		return only1(x)
	}
}

func (e *facts) fee(keys ...string) money.Amount {
	for _, key := range keys {
		if e.has(key) {
			return e.amount(key)
		}
	}
	return money.Zero(e.currency())
}

func usageBilled(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Tax = subledger.UsageInvoice, e.amount("amount"), e.amountOr("tax", "0")
	return only1(x)
}

func finalized(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind = subledger.Invoice
	switch kind := e.text("type"); {
	case kind == "unbilled_items_created":
		x.Kind = subledger.Unbilled
	case kind == "invoice_finalized_and_paid":
		x.Paid, x.Fee = true, e.fee("fee", "processor_fee")
	}
	if e.has("due") {
		x.Due = e.date("due")
	}
	x.Unbilled = e.yes("includes_unbilled_items")
	if e.has("lines") {
		x.Lines = t.lines(e)
		return only1(x)
	}
	if !x.Unbilled { // an amount and no lines: what is accrued is asked for
		return usageBilled(t, e, x)
	}
	return only1(x)
}

func paid(by ledger.Means) telling {
	return func(t *told, e *facts, x subledger.Fact) []subledger.Fact {
		x.Kind, x.Means, x.Fee = subledger.Payment, by, e.fee("fee", "processor_fee")
		if e.has("amount") {
			x.Amount = e.amount("amount")
		}
		return only1(x)
	}
}

// payment without an invoice is a sale that is paid at once.
func payment(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	if !e.has("recognition") {
		return paid(ledger.ByCash)(t, e, x)
	}
	e.only("recognition", "immediate")
	x.Kind, x.Paid, x.Fee = subledger.Invoice, true, e.fee("fee", "processor_fee")
	x.Lines = []subledger.Line{{Amount: e.amount("amount"), Tax: e.amountOr("tax", "0"), Earning: subledger.Immediately}}
	return only1(x)
}

func disputed(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Fee = subledger.Dispute, e.amount("amount"), e.fee("dispute_fee", "fee")
	return only1(x)
}

var applications = map[string]ledger.CreditTo{"receivable": ledger.ToReceivable, "refund": ledger.ToCash, "cash": ledger.ToCash, "customer_balance": ledger.ToBalance,
	"external": ledger.ToExternal, "external_customer_balance": ledger.ToExternal, "out_of_band": ledger.ToExternal, "": ""}

func credited(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount = subledger.Credit, e.amount("amount").Abs()
	to, known := applications[e.textOr("application", "")]
	if !known {
		refuse("application: %s", e.text("application"))
	}
	x.To = to
	for _, key := range []string{"policy", "treatment", "split", "credit_policy"} {
		if x.Split, known = splitOf[e.textOr(key, string(x.Split))]; !known {
			refuse("%s: %s", key, e.text(key))
		}
	}
	e.tells("reason")
	if e.has("accounting") {
		e.only("accounting", "contra_revenue_in_period")
		x.Effect = subledger.Excuse
	}
	return only1(x)
}

func creditMemo(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Line = subledger.Credit, e.amount("amount").Abs(), e.textOr("line", "")
	if !t.ordered {
		return only1(x)
	}
	x.Effect = subledger.Billing
	if e.has("applies_to") {
		e.only("applies_to", "reduction_order")
	}
	if e.has("effect") && e.only("effect", "billing_only", "return") == "return" {
		x.Effect = subledger.Return
	}
	return only1(x)
}

func usedOn(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind = subledger.Usage
	if e.has("amount") {
		x.Amount = e.amount("amount")
		return only1(x)
	}
	x.Quantity, x.Price = e.decimal("quantity"), e.decimal("unit_price")
	return only1(x)
}

var orderKinds = map[string]subledger.Kind{"order_line": subledger.Order, "order_line_updated": subledger.Order, "reduction_order": subledger.Reduction,
	"release": subledger.Release, "fulfilment": subledger.Release, "fulfillment": subledger.Release, "delivery": subledger.Release, "invoice": subledger.OrderInvoice}

func order(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Line, x.Document = orderKinds[e.text("type")], e.textOr("line", ""), ""
	if x.Kind != subledger.Release || e.has("amount") {
		x.Amount = e.amount("amount")
	}
	if x.Kind == subledger.Reduction {
		x.Amount = x.Amount.Abs()
	}
	if x.Kind == subledger.Order {
		x.Released, x.AsBilled = t.release == uponBooking, t.release == uponBilling
	}
	if e.has("right_to_bill") {
		x.Right = ledger.No
		if e.yes("right_to_bill") {
			x.Right = ledger.Yes
		}
	}
	return only1(x)
}

// fulfilled is service delivered: of a balance that waits for it, or of what is ordered.
func fulfilled(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	if t.ordered {
		return order(t, e, x)
	}
	return plain(subledger.Fulfilment)(t, e, x)
}

// release is what lets go of what is ordered.
type release string

const (
	uponBooking release = "booking"
	uponBilling release = "billing"
	byEvents    release = "events"
)

var releases = map[string]release{"upon_booking": uponBooking, "upon_billing": uponBilling, "upon_invoicing": uponBilling, "upon_invoice": uponBilling,
	"upon_delivery": byEvents, "upon_fulfilment": byEvents, "upon_fulfillment": byEvents, "upon_release": byEvents, "manual": byEvents}

// releaseOf is what the case says; where it says nothing, orders wait for their release, which has to come.
func (t *told) releaseOf(events []*facts) release {
	ordered, released := false, t.f.textOr("recognition", "") == "on_hold"
	for _, e := range events {
		kind := orderKinds[e.text("type")]
		ordered, released = ordered || kind == subledger.Order, released || kind == subledger.Release
	}
	if !t.f.has("release_event") {
		if ordered && !released {
			refuse("release_event is missing")
		}
		return byEvents
	}
	by, known := releases[t.f.text("release_event")]
	if !known {
		refuse("release_event: %s", t.f.text("release_event"))
	}
	return by
}

func bought(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Tax = subledger.Prepaid, e.amount("amount"), e.amountOr("tax", "0")
	x.Paid = e.text("type") == "prepaid_purchase"
	if e.has("bonus") {
		x.Bonus = e.amount("bonus")
	}
	if e.has("expires") {
		x.Until = e.date("expires")
	}
	if e.has("expected_usage") {
		x.Expected = e.decimal("expected_usage")
	}
	return only1(x)
}

// committed is the end of a period of a minimum. What will be used after the last one nobody has told: the journal ends with it.
func committed(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Cost = subledger.Commitment, e.amount("commitment"), e.amount("consumed")
	t.through = period.MaxDate(t.through, x.On)
	for _, other := range t.f.inner { // unless something was told of later
		if other.has("type") && other.has("date") {
			t.through = period.MaxDate(t.through, other.date("date"))
		}
	}
	return only1(x)
}

func sale(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Cost = subledger.Sale, e.amount("amount"), e.amount("supplier_cost")
	by := t.f // who controls what is sold may differ by sale
	if e.has("role") {
		by = e
	}
	x.Agent = by.only("role", "principal", "agent") == "agent"
	return only1(x)
}

func agreement(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	e.only("billing", "monthly_in_advance")
	x.Kind, x.Amount, x.Document = subledger.Agreement, e.amount("monthly"), "contract"
	x.Until = revrec.MonthsFrom(x.On, e.count("months")).Days.Last()
	return only1(x)
}

func terminated(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Document, x.Until = subledger.Terminate, e.amountOr("fee", "0"), "contract", e.date("effective")
	return only1(x)
}

func canceled(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount = subledger.Cancel, e.amountOr("refund", "0")
	return only1(x)
}

// downgraded gives back what is not served of the old plan; what stays is the price of the new one.
func downgraded(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	e.tells("new_annual")
	to, known := applications[e.textOr("credit_to", "customer_balance")]
	if !known {
		refuse("credit_to: %s", e.text("credit_to"))
	}
	x.Kind, x.Amount, x.To, x.Effect = subledger.Credit, e.amount("credit"), to, subledger.Unserved
	return only1(x)
}

func commissioned(t *told, e *facts, x subledger.Fact) []subledger.Fact {
	x.Kind, x.Amount, x.Months = subledger.Commission, e.amount("amount"), e.count("months")
	return only1(x)
}
