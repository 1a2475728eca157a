package tax

import (
	"fmt"
	"slices"
	"strings"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// data is what the tables are made of, from the seed or from the database.
type data struct {
	sources       []Source
	places        []Place
	postcodes     []Postcodes
	cities        []CityName
	rates         []Rate
	products      []ProductCode
	rules         []Rule
	remotes       []Remote
	phrases       []Phrase
	registrations []Registration
	exemptions    []Exemption
}

// Tables is the law as loaded: immutable, safe to share between goroutines.
type Tables struct {
	data       data
	places     map[string]Place
	products   map[string]ProductCode
	rates      map[string][]Rate         // by place
	rules      map[[2]string][]Rule      // by place and product
	postcodes  map[[2]string][]Postcodes // by country and region
	cities     map[[3]string][]CityName
	remotes    map[string]Remote
	phrases    map[[2]string]string
	registered map[[2]string][]Registration // by entity and place
	exemptions map[customers.ID][]Exemption
}

// build indexes the rows and refuses what no place, source or product stands behind, and two rates live on one day.
func build(d data) (*Tables, error) {
	t := &Tables{data: d, places: map[string]Place{}, products: map[string]ProductCode{}, rates: map[string][]Rate{},
		rules: map[[2]string][]Rule{}, postcodes: map[[2]string][]Postcodes{}, cities: map[[3]string][]CityName{},
		remotes: map[string]Remote{}, phrases: map[[2]string]string{}, registered: map[[2]string][]Registration{},
		exemptions: map[customers.ID][]Exemption{}}
	for _, p := range d.places {
		t.places[p.Code] = p
	}
	for _, p := range d.products {
		t.products[p.Code] = p
	}
	for _, r := range d.rates {
		t.rates[r.Place] = append(t.rates[r.Place], r)
	}
	for _, r := range d.rules {
		key := [2]string{r.Place, r.Product}
		t.rules[key] = append(t.rules[key], r)
	}
	for _, p := range d.postcodes {
		key := [2]string{p.Country, p.Region}
		t.postcodes[key] = append(t.postcodes[key], p)
	}
	for _, c := range d.cities {
		key := [3]string{c.Country, c.Region, c.City}
		t.cities[key] = append(t.cities[key], c)
	}
	for _, r := range d.remotes {
		t.remotes[r.Place] = r
	}
	for _, p := range d.phrases {
		t.phrases[[2]string{p.Code, p.Language}] = p.Text
	}
	for _, r := range d.registrations {
		key := [2]string{r.Entity, r.Place}
		t.registered[key] = append(t.registered[key], r)
	}
	for _, e := range d.exemptions {
		t.exemptions[e.Customer] = append(t.exemptions[e.Customer], e)
	}
	return t, t.check()
}

// With returns the tables with further registrations and exemptions, for a simulation.
func (t *Tables) With(registrations []Registration, exemptions []Exemption) (*Tables, error) {
	d := t.data
	d.registrations = slices.Concat(d.registrations, registrations)
	d.exemptions = slices.Concat(d.exemptions, exemptions)
	return build(d)
}

func (t *Tables) check() error {
	var wrong []string
	place := func(what, code string) {
		if _, ok := t.places[code]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: place %q is not known", what, code))
		}
	}
	for _, p := range t.data.places {
		if p.Parent != "" {
			place("place "+p.Code, p.Parent)
		}
	}
	for _, p := range t.data.postcodes {
		place("postcodes "+p.First, p.Place)
	}
	for _, r := range t.data.registrations {
		place("registration of "+r.Entity, r.Place)
	}
	for code, rates := range t.rates {
		place("rate", code)
		wrong = append(wrong, twoLive(code, rates)...)
	}
	for key := range t.rules {
		place("rule for "+key[1], key[0])
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fault.New(fault.Invalid, "tax tables: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// twoLive names rates of one tax and class that are in force on the same day. Postgres refuses them by an
// exclusion constraint; the seed has only this.
func twoLive(place string, rates []Rate) (wrong []string) {
	for i, a := range rates {
		for _, b := range rates[:i] {
			if a.Tax == b.Tax && a.Class == b.Class &&
				(inForce(a.StartsOn, a.EndsOn, b.StartsOn) || inForce(b.StartsOn, b.EndsOn, a.StartsOn)) {
				wrong = append(wrong, fmt.Sprintf("%s has two %s %s rates on %s", place, a.Class, a.Tax, period.MaxDate(a.StartsOn, b.StartsOn)))
			}
		}
	}
	return wrong
}

// chain is a place and all above it.
func (t *Tables) chain(code string) (all []Place) {
	for code != "" {
		p, ok := t.places[code]
		if !ok {
			return all
		}
		all = append(all, p)
		code = p.Parent
	}
	return all
}

// within reports whether a place lies in another, or is it.
func (t *Tables) within(code, outer string) bool {
	return slices.ContainsFunc(t.chain(code), func(p Place) bool { return p.Code == outer })
}

// isRegistered walks up from a place: a state's registration covers its counties, the EU's one-stop shop its members.
func (t *Tables) isRegistered(s Seller, place string, on period.Date) bool {
	for _, p := range t.chain(place) {
		for _, r := range t.registered[[2]string{s.Code, p.Code}] {
			// The union one-stop shop is for other member states: at home the seller registers itself (art. 369b).
			if inForce(r.StartsOn, r.EndsOn, on) && !(r.Scheme == "oss_union" && t.within(place, s.Country)) {
				return true
			}
		}
		if p.SelfAdministered {
			return false
		}
	}
	return false
}

// exemption finds the certificate that covers a product in a place on a day.
func (t *Tables) exemption(buyer customers.ID, place, product string, on period.Date) (Exemption, bool) {
	for _, e := range t.exemptions[buyer] {
		if inForce(e.StartsOn, e.EndsOn, on) && t.within(place, e.Place) && (e.Product == "" || e.Product == product) {
			return e, true
		}
	}
	return Exemption{}, false
}

// rule finds what the law of a place says of a product, nearest place first, then code before family before "*",
// then the customer's own kind before any.
func (t *Tables) rule(place string, product ProductCode, kind customers.Kind, on period.Date) (Rule, bool) {
	for _, p := range t.chain(place) {
		for _, name := range []string{product.Code, product.Family, "*"} {
			for _, who := range []string{string(kind), "any"} {
				for _, r := range t.rules[[2]string{p.Code, name}] {
					if r.CustomerKind == who && inForce(r.StartsOn, r.EndsOn, on) {
						return r, true
					}
				}
			}
		}
	}
	return Rule{}, false
}

// ratesOn are the rates of a place in a class on a day; one per tax.
func (t *Tables) ratesOn(place, class string, on period.Date) (live []Rate) {
	for _, r := range t.rates[place] {
		if r.Class == class && inForce(r.StartsOn, r.EndsOn, on) {
			live = append(live, r)
		}
	}
	return live
}

func (t *Tables) policy(place string) Policy {
	for _, p := range t.chain(place) {
		if p.Rounding != "" {
			return p.Rounding
		}
	}
	return PerCategory
}
