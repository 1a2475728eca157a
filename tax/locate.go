package tax

import (
	"strings"

	"ratable/customers"
	"ratable/internal/fault"
)

// locus is where a sale is taxed: the head (a state or a country) and what is stacked on it.
type locus struct {
	country   string
	union     bool // inside the EU's VAT territory
	places    []Place
	precision Precision
}

func (l locus) head() Place { return l.places[0] }

// locate finds the jurisdictions of an address. An unknown state or province is fault.Invalid; an unknown country
// is a place without rules, so that the sale is at least recorded under its code.
func (t *Tables) locate(a customers.Address) (locus, error) {
	if a.Country == "" {
		return locus{}, fault.InvalidFields(fault.Field{Path: "buyer.address.country", Message: "is missing: the place of taxation hangs on it"})
	}
	country, ok := t.places[a.Country]
	if !ok {
		return locus{country: a.Country, precision: NotHeld, places: []Place{{Code: a.Country, Level: Country, Name: a.Country, Country: a.Country}}}, nil
	}
	found := locus{country: a.Country, precision: ByCountry, places: []Place{country}}
	if a.Country == "US" || a.Country == "CA" {
		region, ok := t.places[a.Country+"-"+a.Region]
		if !ok {
			return locus{}, fault.InvalidFields(fault.Field{Path: "buyer.address.region", Value: a.Region, Message: "is not a state or province of " + country.Name})
		}
		found.precision = ByRegion
		// The United States have no federal sales tax: the state is the head. Canada's GST lies under the province's tax.
		if region.Replaces || a.Country == "US" {
			found.places = nil
		}
		found.places = append(found.places, region)
	}
	t.locateBelow(a, &found)
	found.union = t.within(found.head().Code, "EU")
	return found, nil
}

// locateBelow adds what lies below country and state: first by postcode, then by the city's name, and says which.
func (t *Tables) locateBelow(a customers.Address, found *locus) {
	region := a.Region
	if a.Country != "US" {
		region = "" // special territories are told by the postcode alone
	}
	codes, precision := t.byPostcode(a, region), ByPostcode
	if len(codes) == 0 {
		codes, precision = t.byCity(a, region), ByCity
	}
	if len(codes) == 0 {
		if found.head().Locals == "partial" {
			found.precision = StateOnly
		}
		return
	}
	found.precision = precision
	for _, code := range codes {
		p := t.places[code]
		if p.Replaces {
			found.places = nil
		}
		found.places = append(found.places, p)
	}
}

func (t *Tables) byPostcode(a customers.Address, region string) (codes []string) {
	postcode := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(a.Postcode), " ", ""))
	if a.Country == "US" || a.Country == "PT" { // ZIP+4 and Portugal's last three digits say nothing the ranges know
		postcode, _, _ = strings.Cut(postcode, "-")
	}
	for _, r := range t.postcodes[[2]string{a.Country, region}] {
		if len(postcode) == len(r.First) && r.First <= postcode && postcode <= r.Last {
			codes = append(codes, r.Place)
		}
	}
	return codes
}

func (t *Tables) byCity(a customers.Address, region string) (codes []string) {
	for _, c := range t.cities[[3]string{a.Country, region, strings.ToLower(strings.TrimSpace(a.City))}] {
		codes = append(codes, c.Place)
	}
	return codes
}
