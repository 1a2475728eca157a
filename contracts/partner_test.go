package contracts

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

func parsed(t *testing.T, text string) Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const agentDocument = `
contract: C-1
entity: rus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 100, every: month}}
  - {id: maps, product: platform, role: agent, pass_on_percent: 70, supplier: mapper, fixed: {quantity: 1, unit_price: 100, every: month}}
`

func TestWhatAnAgentPassesOnIsSaidByItsLineOrTheMarketplace(t *testing.T) {
	d := parsed(t, agentDocument)
	if got := d.PassOn("maps"); !got.Equal(decimal.NewFromInt(70)) || !d.PassOn("seats").IsZero() {
		t.Errorf("passed on: %s of maps and %s of seats, should be 70 and 0", got, d.PassOn("seats"))
	}
	d = parsed(t, strings.NewReplacer("currency: USD", "payer: market\ncurrency: USD\nreseller: {kind: marketplace, fee_percent: 3, role: agent}", ", role: agent, pass_on_percent: 70, supplier: mapper", "").Replace(agentDocument))
	if got := d.PassOn("maps"); !got.Equal(decimal.NewFromInt(3)) {
		t.Errorf("as the marketplace's agent %s %% is passed on, should be its fee of 3", got)
	}
}

func TestAnAgentsLineWithoutItsPartIsRefusedWithAWayOut(t *testing.T) {
	for wrong, want := range map[string]string{
		"pass_on_percent: 70, ":      "lines[1].pass_on_percent: is missing: as the agent we keep a part of the price; say how much of it, in percent, the supplier gets, or say role: principal",
		", supplier: mapper":         "lines[1].supplier: is missing: name by external id who gets what is passed on",
		"role: agent, ":              "lines[1].pass_on_percent: belongs to a line on which we are the agent; say role: agent",
		"pass_on_percent: 70 -> 100": "lines[1].pass_on_percent: must be from 0 to below 100",
		"currency: USD -> payer: m\ncurrency: USD\nreseller: {kind: marketplace, fee_percent: 3}": "lines[1].pass_on_percent: is said by the marketplace's fee already",
	} {
		text := strings.Replace(agentDocument, wrong, "", 1)
		if from, to, swaps := strings.Cut(wrong, " -> "); swaps {
			key, _, _ := strings.Cut(from, ":")
			if key == "pass_on_percent" {
				to = key + ": " + to
			}
			text = strings.Replace(agentDocument, from, to, 1)
		}
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nshould say %s", wrong, err, want)
		}
	}
}

func TestThePartnerIsWhoIsNamedOrWhoPays(t *testing.T) {
	d := parsed(t, strings.Replace(agentDocument, "currency: USD", "currency: USD\nreseller: {kind: referral, partner: scout, commission_percent: 10}", 1))
	a := Agreement{Customer: 1, Payer: 1, Users: map[string]customers.ID{"scout": 8, "mapper": 9}, Versions: []Version{{Number: 1, EffectiveOn: d.Term.From, Document: d}}}
	day := period.NewDate(2026, 3, 1)
	if a.PartnerOn(day) != 8 || a.PassedTo("maps") != 9 || a.PassedTo("seats") != 0 {
		t.Errorf("partner %d, maps go to %d, seats to %d", a.PartnerOn(day), a.PassedTo("maps"), a.PassedTo("seats"))
	}
	d.Reseller = &Reseller{Kind: Marketplace, FeePercent: decimal.NewFromInt(3), Role: Agent}
	a.Payer, a.Versions[0].Document = 5, d
	if a.PartnerOn(day) != 5 || a.PassedTo("seats") != 5 {
		t.Errorf("the marketplace is %d and gets its fee as %d, should be the payer", a.PartnerOn(day), a.PassedTo("seats"))
	}
}
