package contracts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// Template is what a catalog plan says of the contracts signed on it: a document without parties and without days, which the
// sign-up brings.
type Template struct {
	Months    int         `yaml:"months,omitempty" json:"months,omitempty"` // length of the term; default 12
	Billing   Billing     `yaml:"billing,omitempty" json:"billing,omitzero"`
	Trial     *TrialOffer `yaml:"trial,omitempty" json:"trial,omitempty"`
	Lines     []Line      `yaml:"lines" json:"lines"` // a one-time fee without a day is due on the first
	Prepaid   []Prepaid   `yaml:"prepaid,omitempty" json:"prepaid,omitempty"`
	Commits   []Commit    `yaml:"commitments,omitempty" json:"commitments,omitempty"`
	Caps      []Cap       `yaml:"caps,omitempty" json:"caps,omitempty"`
	Discounts []Discount  `yaml:"discounts,omitempty" json:"discounts,omitempty"`
	Renewal   *Renewal    `yaml:"renewal,omitempty" json:"renewal,omitempty"`
	// QuantityOf is the id of the line whose quantity the customer chooses; default the only recurring fee.
	QuantityOf string `yaml:"quantity_of,omitempty" json:"quantity_of,omitempty"`
}

// TrialOffer is a trial before anybody signed up: so many days from the first.
type TrialOffer struct {
	Days  int      `yaml:"days" json:"days"`
	Lines []string `yaml:"lines,omitempty" json:"lines,omitempty"`
	Then  TrialEnd `yaml:"then,omitempty" json:"then,omitempty"`
}

// TemplateOf reads the terms of a plan in the catalog.
func TemplateOf(p catalog.Plan) (Template, error) {
	var t Template
	if err := json.Unmarshal(p.Document, &t); err != nil {
		return t, fmt.Errorf("read plan %s version %d: %w", p.Code, p.Version, err)
	}
	return t, nil
}

// Sign fills a document that has number, parties, currency and first day with the plan's terms. A last day that is there stays.
func (t Template) Sign(d Document, p catalog.Plan) Document {
	t = t.copied()
	d.Plan = &Plan{Code: p.Code, Version: p.Version}
	if d.Term.Through.IsZero() {
		d.Term.Through = d.Term.From.AddMonths(cmp.Or(t.Months, 12)).AddDays(-1)
	}
	po := d.Billing.PONumber
	d.Billing = t.Billing
	d.Billing.PONumber = cmp.Or(po, t.Billing.PONumber)
	if t.Trial != nil {
		d.Trial = &Trial{Through: d.Term.From.AddDays(t.Trial.Days - 1), Lines: t.Trial.Lines, Then: t.Trial.Then}
	}
	d.Lines = t.Lines
	for _, l := range d.Lines {
		if l.Once != nil && l.Once.On.IsZero() && l.Once.Milestone == "" {
			l.Once.On = d.Term.From
		}
	}
	d.Prepaid, d.Commits, d.Caps, d.Discounts, d.Renewal = t.Prepaid, t.Commits, t.Caps, t.Discounts, t.Renewal
	d.normalize()
	return d
}

// copied shares nothing with the template: what is done to a document that was signed on it does not reach the next one.
func (t Template) copied() (out Template) {
	text, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err) // figures, days and texts
	}
	return out
}

// sample is a contract as somebody might sign it, to hold the terms against everything that contracts are held against.
func (t Template) sample(p catalog.Plan) Document {
	from := p.StartsOn
	if from.IsZero() {
		from = period.NewDate(2026, time.January, 1)
	}
	p.Version = max(p.Version, 1)
	return t.Sign(Document{Contract: "PLAN", Entity: "plan", Customer: "plan", Currency: cmp.Or(strings.ToUpper(strings.TrimSpace(p.Currency)), "USD"), Term: Term{From: from}}, p)
}

// ReadTemplate reads a plan's terms where they stand in a catalog document and gives them as the catalog keeps them. Findings have
// the paths of the terms and the lines of the document.
func ReadTemplate(root *yaml.Node, p catalog.Plan) (json.RawMessage, []fault.Field) {
	var t Template
	found := strict.Read(root, &t)
	found = append(found, t.undated()...)
	if len(found) == 0 {
		found = t.judged(p)
	}
	for i := range found {
		if found[i].Line == 0 {
			found[i].Line = strict.LineOf(root, found[i].Path)
		}
	}
	if len(found) > 0 {
		return nil, found
	}
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // figures and texts
	}
	return text, nil
}

// judged are the findings about a contract on the plan that its terms can answer for.
func (t Template) judged(p catalog.Plan) []fault.Field {
	var f findings
	if t.Months < 0 || t.Months > 12*MaxTermYears {
		f.add("months", fmt.Sprint(t.Months), "must be from 1 to %d", 12*MaxTermYears)
		return f
	}
	if t.Trial != nil && (t.Trial.Days < 1 || t.Trial.Days > 366) {
		f.add("trial.days", fmt.Sprint(t.Trial.Days), "must be from 1 to 366")
		return f
	}
	if l, ok := find(t.Lines, lineID, t.QuantityOf); t.QuantityOf != "" && (!ok || l.Fixed == nil) {
		f.add("quantity_of", fault.Shown(t.QuantityOf), "is not the id of a line with a recurring fee")
	}
	for i, l := range t.Lines {
		if l.Usage != nil && l.Usage.Every != "" && l.Usage.Every != "month" {
			f.add(fmt.Sprintf("lines[%d].usage.every", i), fault.Shown(l.Usage.Every), "must be month: on a plan nobody meets a year's usage as one bill")
		}
	}
	for _, x := range t.sample(p).Validate() {
		switch x.Path {
		case "trial.through":
			x.Path, x.Value = "trial.days", fmt.Sprint(t.Trial.Days)
		case "currency", "term.from":
			continue // are the catalog's to judge
		}
		f = append(f, x)
	}
	return f
}

// undated refuses days: those of a contract begin with its sign-up.
func (t Template) undated() []fault.Field {
	var f findings
	day := func(path string, d period.Date) {
		if !d.IsZero() {
			f.add(path, d.String(), "is a day: a plan has none, because each customer's days begin with the sign-up; leave it out")
		}
	}
	for i, l := range t.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		day(at+".from", l.From)
		day(at+".through", l.Through)
		if l.Once != nil {
			day(at+".once.on", l.Once.On)
		}
		if l.Fixed != nil && len(l.Fixed.Ramp)+len(l.Fixed.Installments) > 0 {
			f.add(at+".fixed", "", "has days in its ramp or installments: a plan has none; leave them out, or sign such a deal as a contract")
		}
	}
	for i, x := range t.Prepaid {
		day(fmt.Sprintf("prepaid[%d].from", i), x.From)
		day(fmt.Sprintf("prepaid[%d].through", i), x.Through)
	}
	for i, x := range t.Commits {
		day(fmt.Sprintf("commitments[%d].from", i), x.From)
		day(fmt.Sprintf("commitments[%d].through", i), x.Through)
	}
	for i, x := range t.Discounts {
		day(fmt.Sprintf("discounts[%d].from", i), x.From)
		day(fmt.Sprintf("discounts[%d].through", i), x.Through)
	}
	return f
}

// TemplateSold says which products and meters of a plan's terms the catalog does not have on the plan's first day.
func TemplateSold(p catalog.Plan, sold *catalog.Catalog) ([]fault.Field, error) {
	t, err := TemplateOf(p)
	if err != nil {
		return nil, err
	}
	return t.sample(p).CheckCatalog(sold), nil
}
