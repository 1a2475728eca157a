package exports

import (
	"fmt"
	"slices"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

// maxText is how long a code, name or segment may be.
const maxText = 100

// validate names what keeps a revision from being proposed; at begins the paths: "rules[2].".
func (r Rule) validate(at string, d *entities.Directory) (out []fault.Field) {
	add := func(path, value, message string) {
		out = append(out, fault.Field{Path: at + path, Value: fault.Shown(value), Message: message})
	}
	for _, required := range []struct{ path, value string }{{"code", r.Code}, {"gl_code", r.GL.Code}, {"gl_name", r.GL.Name}} {
		if required.value == "" {
			add(required.path, "", "is missing")
		}
	}
	for _, typed := range []struct{ path, text string }{{"code", r.Code}, {"gl_code", r.GL.Code}, {"gl_name", r.GL.Name}, {"class", r.GL.Class}, {"department", r.GL.Department},
		{"location", r.GL.Location}, {"product", r.When.Product}, {"contract", r.When.Contract}} {
		out = append(out, fault.Printable(at+typed.path, typed.text, maxText)...)
	}
	if r.Priority < 1 || r.Priority > 1_000_000 {
		add("priority", fmt.Sprint(r.Priority), "is a whole number from 1; the lowest that is met counts")
	}
	if r.StartsOn.IsZero() {
		add("starts_on", "", "is missing: the first day of booking it counts for")
	}
	if !slices.ContainsFunc(ledger.Chart, func(i ledger.Info) bool { return i.Account == r.When.Account }) {
		add("account", fmt.Sprint(int(r.When.Account)), "is no account of our chart")
	}
	if !slices.Contains(ledger.Types, r.GL.Type) {
		add("gl_type", string(r.GL.Type), "is asset, liability, equity, revenue, contra_revenue, expense, gain or loss")
	}
	if !slices.Contains([]Control{Free, Receivable, Payable, Bank}, r.GL.Control) {
		add("gl_control", string(r.GL.Control), "is receivable, payable, bank or nothing")
	}
	return append(out, r.When.validate(at, d)...)
}

func (w When) validate(at string, d *entities.Directory) (out []fault.Field) {
	if w.Target != "" {
		if _, err := ParseTarget(string(w.Target)); err != nil {
			f := fault.Fields(err)[0]
			f.Path = at + f.Path
			out = append(out, f)
		}
	}
	if _, known := d.ByCode(w.Entity); w.Entity != "" && !known {
		out = append(out, fault.Field{Path: at + "entity", Value: fault.Shown(w.Entity), Message: "is not one of our legal entities"})
	}
	if w.Currency != "" {
		if _, err := money.ParseCurrency(string(w.Currency)); err != nil {
			out = append(out, fault.Field{Path: at + "currency", Value: fault.Shown(string(w.Currency)), Message: "is no currency"})
		}
	}
	if w.Country != "" {
		out = append(out, placed(at, w)...)
	} else if w.Region != "" {
		out = append(out, fault.Field{Path: at + "region", Value: fault.Shown(w.Region), Message: "needs its country beside it"})
	}
	return out
}

func placed(at string, w When) []fault.Field {
	if !entities.KnownCountry(w.Country) {
		return []fault.Field{{Path: at + "country", Value: fault.Shown(w.Country), Message: "is no country: two letters, such as DE"}}
	}
	if w.Region == "" {
		return nil
	}
	found := entities.ValidatePlace("place", w.Country, w.Region)
	for i := range found {
		found[i].Path = at + "region"
	}
	return found
}
