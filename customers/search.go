package customers

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold makes texts comparable the way a person searching means it: without case, accents or surplus spaces.
// "  ZÜRICH  Löwenbräu" becomes "zurich lowenbrau". It is done here and not in SQL, where it would hang on the locale.
func fold(s string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return strings.Join(strings.Fields(cases.Fold().String(bare)), " ")
}

// squeeze keeps only letters and digits: "DE 123.456-789" and "de123456789" are the same tax identity.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

// pattern matches s anywhere, with LIKE's own signs taken literally.
func pattern(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// term is one thing a customer can be found by.
type term struct{ kind, text string }

func profileTerms(p Profile) []term {
	return []term{{"name", fold(p.Name)}, {"name", fold(p.LegalName)}}
}

// terms are what the changes of an amendment can be found by from now on.
func (a Amendment) terms() []term {
	var all []term
	if a.Profile != nil {
		all = profileTerms(*a.Profile)
	}
	for _, c := range a.SetContacts {
		all = append(all, term{"email", fold(c.Email)})
		if c.Name != "" {
			all = append(all, term{"name", fold(c.Name)})
		}
	}
	for _, t := range a.SetTaxIDs {
		all = append(all, term{"tax_id", squeeze(t.Value)})
	}
	return all
}
