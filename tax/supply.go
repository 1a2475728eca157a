package tax

import (
	"fmt"
	"strings"

	"ratable/customers"
)

// supply is where a line is taxed and, when the law settles it before any rate is asked for, with what result.
type supply struct {
	at     locus
	reason Reason // empty: registration, taxability and rate decide
	note   string
	source string
}

// place decides the place of supply of a service (Directive 2006/112/EC arts 44, 45, 58, 59; elsewhere the
// destination's own rule for sellers from abroad).
//
//	seller \ buyer   same country   EU, verified business   EU, anybody else          outside the EU
//	in the EU        domestic       reverse charge          one-stop shop, or home    outside scope
//	elsewhere        domestic       reverse charge          if registered there       that place's rule
func (t *Tables) place(s Sale, p ProductCode, home, dest locus) supply {
	switch {
	case dest.country == home.country && dest.union == home.union:
		return supply{at: dest}
	case home.union && !dest.union:
		return t.export(s, p, home, dest)
	case taxablePerson(s.Buyer, dest.country):
		if r, ok := t.remote(dest); ok {
			return supply{at: dest, reason: r.Reason, note: t.note(r, dest), source: r.Citation + " [" + r.Source + "]"}
		}
	case dest.union && p.ConsumerRule != "art58" && home.union:
		return supply{at: home}
	case dest.union && p.ConsumerRule != "art58":
		return supply{at: dest, reason: OutsideScope, note: "Not subject to VAT: supplied where the supplier is established (art. 45 Directive 2006/112/EC)", source: "art. 45 Directive 2006/112/EC"}
	}
	return supply{at: dest}
}

// export is a supply from the EU to elsewhere: outside the scope of VAT, unless we are registered over there.
func (t *Tables) export(s Sale, p ProductCode, home, dest locus) supply {
	article := "art. 44"
	if s.Buyer.Kind == customers.Consumer {
		article = map[string]string{"art58": "art. 58", "art59": "art. 59"}[p.ConsumerRule]
	}
	switch {
	case t.isRegistered(s.Seller, dest.head().Code, s.On):
		return supply{at: dest}
	case article == "": // art. 45: a consumer's training is supplied where we are, wherever the consumer is
		return supply{at: home}
	}
	law := article + " Directive 2006/112/EC"
	return supply{at: dest, reason: OutsideScope, note: "Not subject to EU VAT: place of supply outside the European Union (" + law + ")", source: law}
}

// taxablePerson reports a buyer that a register confirmed as taxable in the country. An id alone proves nothing.
// XI ids count for goods only and EU... numbers are not customer ids, so the country must be the very one.
func taxablePerson(b Buyer, country string) bool {
	if b.Kind == customers.Consumer {
		return false
	}
	for _, id := range b.TaxIDs {
		of := id.Country
		if of == "EL" {
			of = "GR"
		}
		if of == country && !id.VerifiedOn.IsZero() && id.Value != "" {
			return true
		}
	}
	return false
}

func (t *Tables) remote(dest locus) (Remote, bool) {
	for _, p := range t.chain(dest.head().Code) {
		if r, ok := t.remotes[p.Code]; ok {
			return r, true
		}
	}
	return Remote{}, false
}

// note prints the phrase of art. 226(11a) in English and, where the country has one language, in that.
func (t *Tables) note(r Remote, dest locus) string {
	text := r.Note
	if strings.HasPrefix(text, "{") {
		code := strings.Trim(text, "{}")
		text = t.phrases[[2]string{code, "en"}]
		for _, p := range t.chain(dest.head().Code) {
			if own := t.phrases[[2]string{code, p.Language}]; own != "" && own != text {
				text += " / " + own
				break
			}
		}
	}
	return fmt.Sprintf("%s (%s)", text, r.Citation)
}
