package web

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// withoutField are the keys of a document that the form has no field for, and why.
var withoutField = func() map[string]string {
	out := map[string]string{}
	for _, cell := range []string{"prices[]", "other"} {
		for _, key := range []string{"percent", "per_event", "free_events", "free_units", "minimum", "maximum", "by", "prices", "other"} {
			out["lines[].usage.price."+cell+"."+key] = "of models that cannot stand in a matrix"
		}
	}
	return out
}()

// leavesOf walks a type by its yaml tags, as the form spells paths: a map is rows, under the name of its key field.
func leavesOf(t reflect.Type, path string, visit func(path string)) {
	switch {
	case path != "" && withoutField[path] != "":
		visit(path)
	case t.Kind() == reflect.Pointer:
		leavesOf(t.Elem(), path, visit)
	case t == reflect.TypeFor[decimal.Decimal]() || t == reflect.TypeFor[period.Date]():
		visit(path)
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
			leavesOf(t.Field(i).Type, strings.TrimPrefix(path+"."+key, "."), visit)
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && t.Elem() != reflect.TypeFor[period.Date]():
		leavesOf(t.Elem(), path+"[]", visit)
	case t.Kind() == reflect.Map:
		visit(path + "[]." + keyField(path))
		if t.Elem().Kind() == reflect.String {
			path += "[].value"
			visit(path)
			return
		}
		leavesOf(t.Elem(), path+"[]", visit)
	default:
		visit(path)
	}
}

func TestEveryKeyOfADocumentHasAFieldAndEveryFieldAKey(t *testing.T) {
	keys := map[string]bool{"lines[].kind": true} // chooses between keys, and is none
	leavesOf(reflect.TypeFor[contracts.Document](), "", func(path string) {
		keys[path] = true
		if _, has := fieldsByPath[path]; !has && withoutField[path] == "" {
			t.Errorf("the form has no field for %s", path)
		}
	})
	for _, f := range formFields {
		if !keys[f.path] {
			t.Errorf("the form has a field %s that is no key of a document", f.path)
		}
	}
	for path := range withoutField {
		if !keys[path] {
			t.Errorf("%s is excused and no key of a document", path)
		}
	}
}

func TestEveryFieldOfTheFormIsLaidOut(t *testing.T) {
	s := sheet{}
	for _, f := range formFields {
		name := strings.ReplaceAll(f.path, "[]", "[0]")
		s[name] = ""
	}
	c := cells{sheet: s, ids: s.ids()}
	shown := map[string]bool{}
	walkCells(reflect.ValueOf([]any{c.line(0), c.cellsOf("", headNames...)}), shown)
	for _, l := range layouts {
		walkCells(reflect.ValueOf(c.promised(l)), shown)
	}
	sections, _ := c.sections()
	walkCells(reflect.ValueOf(sections), shown)
	for name := range s {
		if !shown[name] {
			t.Errorf("the form never shows %s", name)
		}
	}
}

// headNames are the fields that stand by themselves in the page's view.
var headNames = strings.Fields("contract title customer payer entity currency term.from term.through term.renewed billing.net_days billing.po_number billing.align " +
	"signer billing.late_usage billing.refuse_after_days plan.code plan.version paused effective reason")

func walkCells(v reflect.Value, shown map[string]bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			walkCells(v.Elem(), shown)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkCells(v.Index(i), shown)
		}
	case reflect.Struct:
		if v.Type().Name() == "FieldProps" {
			shown[v.FieldByName("Name").String()] = true
			return
		}
		for i := range v.NumField() {
			walkCells(v.Field(i), shown)
		}
	}
}

// draw makes a value of any type of a document, with words that the form's fields have.
func draw(t *rapid.T, v reflect.Value, path string) {
	f := fieldsByPath[path]
	switch {
	case v.Type() == reflect.TypeFor[decimal.Decimal]():
		v.Set(reflect.ValueOf(decimal.New(rapid.Int64Range(1, 1e9).Draw(t, path), -int32(rapid.IntRange(0, 6).Draw(t, path)))))
	case v.Type() == reflect.TypeFor[period.Date]():
		v.Set(reflect.ValueOf(period.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 2000).Draw(t, path))))
	case v.Kind() == reflect.String && len(f.choices) > 0:
		v.SetString(drawChoice(t, f))
	case v.Kind() == reflect.String:
		v.SetString(rapid.StringMatching(`[a-z][a-z0-9 :#'",§é._-]{0,8}[a-z0-9]`).Draw(t, path))
	case v.Kind() == reflect.Int:
		v.SetInt(int64(rapid.IntRange(1, 300).Draw(t, path)))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	default:
		drawMany(t, v, path)
	}
}

func drawChoice(t *rapid.T, f formField) string {
	var words []string
	for i := 0; i < len(f.choices); i += 2 {
		words = append(words, f.choices[i])
	}
	if f.unsaid {
		words = append(words, "")
	}
	return rapid.SampledFrom(words).Draw(t, f.path)
}

func drawMany(t *rapid.T, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		draw(t, v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			tag := v.Type().Field(i).Tag.Get("yaml")
			key, _, _ := strings.Cut(tag, ",")
			at := strings.TrimPrefix(path+"."+key, ".")
			if withoutField[at] == "" && (!strings.Contains(tag, "omitempty") || rapid.IntRange(0, 3).Draw(t, at) > 0) {
				draw(t, v.Field(i), at)
			}
		}
	case reflect.Slice:
		for i := range rapid.IntRange(1, 3).Draw(t, path) {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			if v.Type().Elem().Kind() == reflect.String {
				v.Index(i).SetString(rapid.StringMatching(`[a-z][a-z0-9._/-]{0,6}`).Draw(t, path))
			} else if v.Type().Elem() == reflect.TypeFor[period.Date]() {
				draw(t, v.Index(i), path)
			} else {
				draw(t, v.Index(i), path+"[]")
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(1, 3).Draw(t, path) {
			value := reflect.New(v.Type().Elem()).Elem()
			draw(t, value, path+"[]")
			v.SetMapIndex(reflect.ValueOf(rapid.StringMatching(`[a-z][a-z0-9 .\[\]-]{0,6}[a-z]`).Draw(t, path)), value)
		}
	default:
		t.Fatalf("nobody draws %s, a %s", path, v.Type())
	}
}

// sensible takes away what no document can say together: keys of other kinds, models and partners.
func sensible(t *rapid.T, d *contracts.Document) {
	d.Billing.Align = contracts.Align(drawChoice(t, fieldsByPath["billing.align"]))
	for i := range d.Lines {
		l := &d.Lines[i]
		keep := rapid.SampledFrom([]string{"fixed", "ramp", "installments", "once", "usage"}).Draw(t, "kind")
		once, usage, fixed := &contracts.Once{UnitPrice: decimal.NewFromInt(9)}, &contracts.Usage{}, &contracts.Fixed{}
		draw(t, reflect.ValueOf(once).Elem(), "lines[].once")
		draw(t, reflect.ValueOf(usage).Elem(), "lines[].usage")
		draw(t, reflect.ValueOf(fixed).Elem(), "lines[].fixed")
		sensiblePrice(&usage.Price)
		l.Fixed, l.Usage, l.Once = nil, nil, nil
		switch keep {
		case "usage":
			l.Usage = usage
			continue
		case "once":
			l.Once = once
		default:
			l.Fixed = fixed
			sensibleFee(t, fixed, keep)
		}
		l.Users = nil
	}
	for i := 0; i < len(modelChoices); i += 2 { // a line of every price model
		price := drawMatrix(t)
		if model := catalog.Model(modelChoices[i]); model != catalog.Matrix {
			draw(t, reflect.ValueOf(&price).Elem(), "lines[].usage.price")
			price.Model = model
			sensiblePrice(&price)
		}
		d.Lines = append(d.Lines, contracts.Line{ID: modelChoices[i], Product: "api", Usage: &contracts.Usage{Meter: "m", Every: "month", Price: price}})
	}
	if r := d.Reseller; r != nil {
		percent := decimal.NewFromInt(15)
		*r = contracts.Reseller{Kind: r.Kind, Partner: r.Partner, Role: r.Role}
		switch r.Kind {
		case contracts.Referral:
			r.CommissionPercent = percent
		case contracts.Marketplace:
			r.FeePercent = percent
		default:
			r.MarginPercent = percent
		}
	}
	if d.Ending != nil && d.Ending.Cause == "" {
		d.Ending.Cause = contracts.ForBreach
	}
	for i := range d.Discounts {
		if d.Discounts[i].Amount.IsZero() {
			d.Discounts[i].Every = ""
		} else if d.Discounts[i].Every == "" {
			d.Discounts[i].Every = "month"
		}
	}
	for i := range d.Prepaid {
		if r := d.Prepaid[i].Rollover; r != nil && r.Percent.IsZero() && r.Most.IsZero() && r.Periods == 0 && r.Used == "" {
			r.Used = contracts.UsedFirst // says the same: see TestARolloverWithoutAWord
		}
		if b := d.Prepaid[i].Bill; b != nil && b.Every == "" && b.In == "" && len(b.Installments) == 0 {
			d.Prepaid[i].Bill = nil
		}
	}
}

func sensibleFee(t *rapid.T, f *contracts.Fixed, kind string) {
	some := reflect.New(reflect.TypeFor[contracts.Fixed]()).Elem()
	for _, list := range []string{"Ramp", "Installments"} {
		draw(t, some.FieldByName(list), "lines[].fixed."+strings.ToLower(list))
	}
	f.Ramp, f.Installments = nil, nil
	if f.In == "" {
		f.In = contracts.Advance
	}
	switch kind {
	case "ramp":
		f.Quantity, f.UnitPrice, f.Ramp = decimal.Decimal{}, decimal.Decimal{}, some.FieldByName("Ramp").Interface().([]contracts.Step)
	case "installments":
		*f = contracts.Fixed{Every: "term", Installments: some.FieldByName("Installments").Interface().([]contracts.Installment)}
	}
}

// drawMatrix has a cell of every model.
func drawMatrix(t *rapid.T) catalog.Price {
	p := catalog.Price{Model: catalog.Matrix, By: "region", Prices: map[string]catalog.Price{}}
	for i := 0; i < len(cellChoices); i += 2 {
		var cell catalog.Price
		draw(t, reflect.ValueOf(&cell).Elem(), "lines[].usage.price.prices[]")
		cell.Model = catalog.Model(cellChoices[i])
		p.Prices[cellChoices[i]] = cell
		if other := cell; rapid.Bool().Draw(t, "other") {
			p.Other = &other
		}
	}
	sensiblePrice(&p)
	return p
}

func sensiblePrice(p *catalog.Price) {
	was := *p
	*p = catalog.Price{Model: was.Model}
	keys := strings.Fields(modelKeys[string(was.Model)])
	from, to := reflect.ValueOf(was), reflect.ValueOf(p).Elem()
	for i := range from.NumField() {
		key, _, _ := strings.Cut(from.Type().Field(i).Tag.Get("yaml"), ",")
		if slices.Contains(keys, key) {
			to.Field(i).Set(from.Field(i))
		}
	}
	for i := range p.Tiers {
		if p.Model == catalog.Stairstep {
			p.Tiers[i].Unit = decimal.Decimal{}
		}
	}
	for value, cell := range p.Prices {
		sensiblePrice(&cell)
		p.Prices[value] = cell
	}
	if p.Other != nil && p.Other.Model == "" {
		p.Other = nil
	}
	if p.Other != nil {
		sensiblePrice(p.Other)
	}
}

func TestARandomDocumentGoesThroughTheFormAndBack(t *testing.T) {
	said := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		var d contracts.Document
		draw(t, reflect.ValueOf(&d).Elem(), "")
		sensible(t, &d)
		s, err := written(d)
		if err != nil {
			t.Fatal(err)
		}
		for name := range s {
			f, known := fieldNamed(name)
			if !known {
				t.Fatalf("the form has no field for %s", name)
			}
			said[f.path] = true
		}
		var back contracts.Document
		if found := strict.Read(s.judge().root, &back); len(found) > 0 {
			t.Fatalf("it cannot be read back: %v", found)
		}
		if !back.Equal(d) {
			a, _ := contracts.Export(d)
			b, _ := contracts.Export(back)
			t.Fatalf("%s\ncomes back as\n%s\nby way of %s", a, b, s)
		}
	})
	for _, f := range formFields {
		if !said[f.path] {
			t.Errorf("no document said %s", f.path)
		}
	}
}

func TestARolloverWithoutAWordStaysOne(t *testing.T) {
	s, err := written(contracts.Document{Prepaid: []contracts.Prepaid{{ID: "p", Rollover: &contracts.Rollover{}}}})
	if err != nil || s["prepaid[0].rollover.used"] != "first" {
		t.Errorf("rollover: {} is a rollover of everything for one period, the form says %s %v", s, err)
	}
}

func (s sheet) String() string {
	var out strings.Builder
	for _, name := range s.names() {
		fmt.Fprintf(&out, "\n%s = %q", name, s[name])
	}
	return out.String()
}
