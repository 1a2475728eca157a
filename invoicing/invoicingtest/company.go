package invoicingtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/tax"
)

var fixture = access.System("fixture")

// founded is when everything of the company began to hold.
var founded = period.NewDate(2024, 1, 1)

func (c *Company) hire(ctx context.Context, tx pgx.Tx) error {
	for _, p := range []struct {
		into *access.Actor
		name string
		role access.Role
	}{{&c.Sales, "Sara Salas", access.Sales}, {&c.Finance, "Finn Nance", access.Finance}, {&c.Accountant, "Ada Count", access.Accountant}} {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: string(p.role) + "@ratable.example", Name: p.name, Roles: []access.Role{p.role}}, fixture)
		if err != nil {
			return err
		}
		*p.into = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}
	}
	return nil
}

func (c *Company) incorporate(ctx context.Context, tx pgx.Tx) (err error) {
	if c.US, err = entities.Create(ctx, tx, entities.Entity{
		Code: "rtus", Name: "Ratable Systems, Inc.", Country: "US", Region: "NY", Postcode: "10013", City: "New York",
		Lines: []string{"155 Varick Street, 9th Floor"}, TimeZone: "America/New_York", Currency: "USD",
		TaxIDs: []entities.TaxID{{Kind: "us_ein", Value: "84-3317742"}},
		Bank:   entities.Bank{Name: "First Hudson Bank", Account: "4410092817", Routing: "021000089", BIC: "FHBKUS33"},
		Email:  "billing@ratable.example", Phone: "+1 212 555 0142", Website: "ratable.example", RegisterNote: "A Delaware corporation",
	}, fixture); err != nil {
		return err
	}
	c.EU, err = entities.Create(ctx, tx, entities.Entity{
		Code: "rteu", Name: "Ratable Europe B.V.", Country: "NL", Region: "NH", Postcode: "1017 CA", City: "Amsterdam",
		Lines: []string{"Keizersgracht 482"}, TimeZone: "Europe/Amsterdam", Currency: "EUR",
		TaxIDs: []entities.TaxID{{Kind: "eu_vat", Value: "NL861234567B01"}},
		Bank:   entities.Bank{Name: "Gracht Bank N.V.", IBAN: "NL91ABNA0417164300", BIC: "ABNANL2A"},
		Email:  "facturen@ratable.example", Phone: "+31 20 555 0142", Website: "ratable.example", RegisterNote: "KvK Amsterdam 78451236",
	}, fixture)
	return err
}

// stock fills the catalog: one product of each way to be earned.
func (c *Company) stock(ctx context.Context, tx pgx.Tx) error {
	for _, p := range []catalog.Product{
		{Code: "platform", Name: "Platform", Unit: "seat", TaxCode: "saas_b2b", Recognition: catalog.Ratable},
		{Code: "api", Name: "API calls", Unit: "call", TaxCode: "saas_b2b", Recognition: catalog.AsUsed},
		{Code: "storage", Name: "Storage", Unit: "GB", TaxCode: "saas_b2b", Recognition: catalog.AsUsed},
		{Code: "prepaid", Name: "Prepaid usage", TaxCode: "saas_b2b", Recognition: catalog.AsUsed},
		{Code: "support", Name: "Premium support", TaxCode: "support", Recognition: catalog.Ratable},
		{Code: "setup", Name: "Onboarding", TaxCode: "professional_services", Recognition: catalog.PointInTime},
	} {
		p.StartsOn = founded
		if _, err := catalog.AddProductVersion(ctx, tx, p, fixture); err != nil {
			return err
		}
	}
	for _, m := range []catalog.Meter{{Code: "api.calls", Name: "API calls", Unit: "call"}, {Code: "storage.gb", Name: "Storage", Unit: "GB"}} {
		m.Aggregation = catalog.Sum
		if _, err := catalog.AddMeter(ctx, tx, m, fixture); err != nil {
			return err
		}
	}
	return tax.InstallSeed(ctx, tx)
}

// meet creates the customers. "partner" resells to "harbor" and "summit".
func (c *Company) meet(ctx context.Context, tx pgx.Tx) error {
	vat := func(country, value string) []customers.TaxID {
		return []customers.TaxID{{Kind: "eu_vat", Value: value, Country: country, VerifiedOn: founded}}
	}
	for _, n := range []customers.New{
		{ExternalID: "acme", Name: "Brandywine Robotics", LegalName: "Brandywine Robotics, Inc.", Entity: c.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"Accounts Payable", "350 Fifth Avenue, Suite 4100"}, City: "New York", Region: "NY", Postcode: "10118", Country: "US"}},
		{ExternalID: "lone", Name: "Lone Star Freight", LegalName: "Lone Star Freight LLC", Entity: c.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"1100 Congress Avenue"}, City: "Austin", Region: "TX", Postcode: "78701", Country: "US"}},
		{ExternalID: "rhein", Name: "Rheinwerk Antriebe", LegalName: "Rheinwerk Antriebe GmbH", Entity: c.EU.ID, Currency: "EUR", TaxIDs: vat("DE", "DE136695976"),
			Billing: customers.Address{Lines: []string{"Kreditorenbuchhaltung", "Hafenstraße 12"}, City: "Düsseldorf", Postcode: "40221", Country: "DE"}},
		{ExternalID: "gracht", Name: "Grachtenlicht", LegalName: "Grachtenlicht Media B.V.", Entity: c.EU.ID, Currency: "USD", TaxIDs: vat("NL", "NL004495445B01"),
			Billing: customers.Address{Lines: []string{"Prinsengracht 263"}, City: "Amsterdam", Postcode: "1016 GV", Country: "NL"}},
		{ExternalID: "partner", Name: "Cascadia Cloud", LegalName: "Cascadia Cloud Partners, Inc.", Entity: c.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"1201 Third Avenue, Floor 22"}, City: "Seattle", Region: "WA", Postcode: "98101", Country: "US"}},
		{ExternalID: "harbor", Name: "Harborview Clinics", Entity: c.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"600 Broadway"}, City: "Seattle", Region: "WA", Postcode: "98122", Country: "US"}},
		{ExternalID: "summit", Name: "Summit Outfitters", Entity: c.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"25 Pine Street"}, City: "Seattle", Region: "WA", Postcode: "98101", Country: "US"}},
	} {
		if n.ExternalID == "harbor" || n.ExternalID == "summit" {
			n.Parent = c.Customers["partner"].ID
		}
		if err := c.sell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *Company) sell(ctx context.Context, tx pgx.Tx, n customers.New) error {
	n.Kind, n.SignedUpOn = customers.Business, founded
	n.Contacts = []customers.Contact{{Role: customers.Payable, Name: "Accounts payable", Email: "ap@" + n.ExternalID + ".example"}}
	customer, err := customers.Create(ctx, tx, n, fixture)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Customers[customer.ExternalID] = customer
	return err
}

// Crowd adds n small customers, each with a contract of 100.00 a month over
// 2026: "crowd-1" with contract "CROWD-1" and so on. Many are added side by side.
func (c *Company) Crowd(t testing.TB, n int) { t.Helper(); c.CrowdOf(t, n, 1) }

// CrowdOf is a crowd whose contracts have so many lines of 100.00 a month.
func (c *Company) CrowdOf(t testing.TB, n, lines int) {
	t.Helper()
	const together = 125
	var adding sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, (n+together-1)/together)
	for i := range errs {
		free <- struct{}{}
		adding.Go(func() {
			errs[i] = c.join(t.Context(), i*together+1, min(n, (i+1)*together), lines)
			<-free
		})
	}
	adding.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("set up a crowd of %d: %v", n, err)
	}
}

// join adds the customers first to last of a crowd with their contracts.
func (c *Company) join(ctx context.Context, first, last, lines int) error {
	var said strings.Builder
	for n := range lines {
		fmt.Fprintf(&said, "  - {id: platform%s, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: month}}\n", suffix(n))
	}
	return c.DB.Tx(ctx, func(tx pgx.Tx) error {
		for i := first; i <= last; i++ {
			if err := c.sell(ctx, tx, customers.New{
				ExternalID: fmt.Sprintf("crowd-%d", i), Name: fmt.Sprintf("Crowd %d", i), Entity: c.US.ID, Currency: "USD",
				Billing: customers.Address{Lines: []string{fmt.Sprintf("%d Elm Street", i)}, City: "Austin", Region: "TX", Postcode: "78701", Country: "US"},
			}); err != nil {
				return err
			}
			if err := c.sign(ctx, tx, fmt.Sprintf(`
contract: CROWD-%d
entity: rtus
customer: crowd-%d
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
%s`, i, i, said.String())); err != nil {
				return err
			}
		}
		return nil
	})
}

// suffix tells lines after the first apart.
func suffix(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", n+1)
}

// quote records a rate a week, so that no conversion in the years of the tests
// finds one older than the house allows.
func (c *Company) quote(ctx context.Context, tx pgx.Tx) error {
	var rates []entities.Rate
	for on := founded; on.Before(period.NewDate(2028, 1, 1)); on = on.AddDays(7) {
		for quote, rate := range map[money.Currency]string{"USD": "1.1000", "GBP": "0.8600", "CHF": "0.9400"} {
			rates = append(rates, entities.Rate{Base: "EUR", Quote: quote, On: on, Rate: decimal.RequireFromString(rate), Source: "ECB"})
		}
	}
	return entities.RecordRates(ctx, tx, rates, fixture)
}

// register lets the entities collect tax where their customers are. What the
// seed registered already is left as it is, hence one transaction each.
func (c *Company) register(t testing.TB) {
	t.Helper()
	for _, r := range []tax.Registration{
		{Entity: "rtus", Place: "US-NY", Scheme: "local"}, {Entity: "rtus", Place: "US-TX", Scheme: "local"},
		{Entity: "rtus", Place: "US-WA", Scheme: "local"}, {Entity: "rteu", Place: "NL", Scheme: "local"},
	} {
		r.StartsOn = period.NewDate(2020, 1, 1)
		ctx := t.Context()
		err := c.DB.Tx(ctx, func(tx pgx.Tx) error { return tax.Register(ctx, tx, r, fixture) })
		if err != nil && !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict) {
			t.Fatalf("register %s in %s: %v", r.Entity, r.Place, err)
		}
	}
}
