package demo

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
)

//go:embed customers.yaml catalog.yaml catalog-change.yaml contracts/*.yaml screening/*.csv
var files embed.FS

// writtenFor is the open month the story is written for.
var writtenFor = period.NewMonth(2026, 11)

// story is everything the files say, moved to the month of Today.
type story struct {
	today     period.Date
	months    int // moved by
	customers []customer
	catalog   catalog.Document
	documents []contracts.Document // in the order they are signed; versions of a contract in their order
}

// customer is a row of customers.yaml.
type customer struct {
	ID       string           `yaml:"id"`
	Name     string           `yaml:"name"`
	Legal    string           `yaml:"legal"`
	Kind     customers.Kind   `yaml:"kind"`
	Parent   string           `yaml:"parent"`
	Entity   string           `yaml:"entity"`
	Currency string           `yaml:"currency"`
	Lines    []string         `yaml:"lines"`
	City     string           `yaml:"city"`
	Region   string           `yaml:"region"`
	Postcode string           `yaml:"postcode"`
	Country  string           `yaml:"country"`
	Tax      *taxID           `yaml:"tax"`
	Payable  string           `yaml:"payable"`
	Email    string           `yaml:"email"`
	PO       bool             `yaml:"po"`
	Plan     string           `yaml:"plan"`
	From     period.Date      `yaml:"from"`
	Pays     habit            `yaml:"pays"`
	Hourly   bool             `yaml:"hourly"`
	Growth   float64          `yaml:"growth"` // percent a month
	Uses     map[string]int64 `yaml:"uses"`   // meter -> on an ordinary weekday
	Split    map[string]split `yaml:"split"`  // meter -> over the values of a dimension
	Until    period.Date      `yaml:"until"`  // the last day of one that left
}

// split spreads a day's use over the values of a dimension.
type split struct {
	By    string           `yaml:"by"`
	Parts map[string]int64 `yaml:"parts"` // percent
}

type taxID struct {
	Kind  string `yaml:"kind"`
	Value string `yaml:"value"`
}

// tell reads the files and moves them to the month of a day.
func tell(today period.Date) (story, error) {
	s := story{today: today, months: today.MonthOf().Sub(writtenFor)}
	if err := strict("customers.yaml", &s.customers); err != nil {
		return s, err
	}
	if err := s.readCatalog(); err != nil {
		return s, err
	}
	for i := range s.customers {
		c := &s.customers[i]
		if c.Kind == "" {
			c.Kind = customers.Business
		}
		c.From, c.Until = s.move(c.From), s.move(c.Until)
	}
	if err := s.readContracts(); err != nil {
		return s, err
	}
	if err := s.planContracts(); err != nil {
		return s, err
	}
	if err := s.addCloud(); err != nil {
		return s, err
	}
	return s, s.endContracts()
}

func strict(name string, into any) error {
	source, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// readCatalog reads what is sold. All of it was on sale half a year before the story begins.
func (s *story) readCatalog() error {
	source, err := files.ReadFile("catalog.yaml")
	if err != nil {
		return err
	}
	if s.catalog, err = catalog.Parse(source, catalog.Checks{Terms: contracts.ReadTemplate}); err != nil {
		return fmt.Errorf("read catalog.yaml: %w", err)
	}
	since := s.begins().AddMonths(-6)
	for i := range s.catalog.Products {
		s.catalog.Products[i].StartsOn = since
	}
	for i := range s.catalog.Plans {
		s.catalog.Plans[i].StartsOn = since
	}
	return nil
}

func (s *story) readContracts() error {
	names, err := fs.Glob(files, "contracts/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		source, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		d, err := contracts.Parse(source)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		s.documents = append(s.documents, s.moved(d))
	}
	return nil
}

// planMonths is how long a pay-as-you-go contract is entered for.
const planMonths = 24

// planContracts writes the contracts of customers on a plan.
func (s *story) planContracts() error {
	for i, c := range s.customers {
		if c.Plan == "" {
			continue
		}
		at := slices.IndexFunc(s.catalog.Plans, func(p catalog.Plan) bool { return p.Code == c.Plan })
		if at < 0 {
			return fmt.Errorf("customer %s: there is no plan %s", c.ID, c.Plan)
		}
		plan := s.catalog.Plans[at]
		plan.Version = 1
		terms, err := contracts.TemplateOf(plan)
		if err != nil {
			return err
		}
		d := terms.Sign(contracts.Document{
			Contract: fmt.Sprintf("P-%d", 2001+i), Title: c.Name + ", " + plan.Name, Entity: c.Entity, Customer: c.ID, Currency: c.Currency,
			Term: contracts.Term{From: c.From, Through: c.From.AddMonths(planMonths).AddDays(-1)},
		}, plan)
		// Written out and read again: normalized, and held to the rules of an upload.
		source, err := contracts.Export(d)
		if err != nil {
			return err
		}
		if d, err = contracts.Parse(source); err != nil {
			return fmt.Errorf("contract of %s on %s: %w", c.ID, c.Plan, err)
		}
		s.documents = append(s.documents, d)
	}
	return nil
}

// begins is the first day of the year that is told: twelve closed months and the
// open one.
func (s *story) begins() period.Date { return s.today.MonthOf().Add(-12).First() }

// served is the first day of a customer's contracts, of those it pays for or
// uses too.
func (s *story) served(id string) (first period.Date) {
	for _, d := range s.documents {
		uses := slices.ContainsFunc(d.Lines, func(l contracts.Line) bool { return slices.Contains(l.Users, id) })
		if d.Customer == id || d.Payer == id || uses {
			first = period.MinDate(first, d.Term.From)
		}
	}
	return first
}

// billingDays are the days of the month that contracts begin on, so that a year
// has few of them.
func (s *story) billingDays() (out []period.Date) {
	for month := s.begins().MonthOf(); !month.After(s.today.MonthOf()); month = month.Next() {
		for _, n := range []int{0, 7, 14, 21} {
			if day := month.First().AddDays(n); !day.After(s.today) {
				out = append(out, day)
			}
		}
	}
	return out
}

// customer finds a row of customers.yaml.
func (s *story) customer(id string) customer {
	return s.customers[slices.IndexFunc(s.customers, func(c customer) bool { return c.ID == id })]
}

func dec(n int64) decimal.Decimal { return decimal.NewFromInt(n) }
