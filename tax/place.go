package tax

import (
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

// Level is the kind of a jurisdiction.
type Level string

const (
	Union     Level = "union"
	Country   Level = "country"
	State     Level = "state"
	Province  Level = "province"
	County    Level = "county"
	City      Level = "city"
	District  Level = "district"
	Territory Level = "territory"
)

// Place is a jurisdiction. Its code is ISO 3166 as far as that goes ("US-NY", "CA-QC"), our own below ("US-NY-NYC").
type Place struct {
	Code, Parent     string
	Level            Level
	Name             string
	Country, Region  string
	Replaces         bool   // its rate stands instead of the parent's (HST, Madeira), not on top of it
	Locals           string // of a US state: "none" it has no local tax, "partial" we hold some of them
	SelfAdministered bool   // needs a registration of its own: Quebec, Denver, Chicago's lease tax
	Rounding         Policy // empty: the parent's
	Language         string // of the legal note, where one language is official
}

// Source is where rows come from: the version of the data.
type Source struct {
	Code, Title string
	AsOf        period.Date
	License     string
}

// Postcodes is a range of postcodes that lies wholly in a place.
type Postcodes struct {
	Place, Country, Region, First, Last, Source string
}

// CityName places an address whose postcode we do not hold.
type CityName struct {
	Place, Country, Region, City, Source string
}

// Rate is the rate of a place in force during [StartsOn, EndsOn); a zero EndsOn is open.
type Rate struct {
	Place, Tax, Class string
	Rate              decimal.Decimal
	StartsOn, EndsOn  period.Date
	Source            string
	Confidence        string
}

// ProductCode classifies what is sold. ConsumerRule is where the EU places a supply to a consumer: art. 58 (electronic:
// the consumer's country), art. 59 (consulting and the like: the consumer's country only outside the EU), art. 45 (the seller's).
type ProductCode struct {
	Code, Name, Family, ConsumerRule string
}

// Treatment is what the law of a place does with a product.
type Treatment string

const (
	Taxable   Treatment = "taxable"
	Exempt    Treatment = "exempt"
	NoTax     Treatment = "no_tax"    // the place has no such tax at all
	Undecided Treatment = "undecided" // sources disagree: refuse to decide for a registered seller
)

// Rule is the taxability of a product code, a family of codes or "*" in a place, for a kind of customer or "any".
type Rule struct {
	Place, Product, CustomerKind string
	Treatment                    Treatment
	Share                        decimal.Decimal // taxable part of the price: 0.8 for data processing in Texas
	Class                        string          // of the rate
	StartsOn, EndsOn             period.Date
	Citation, Confidence, Source string
}

// Remote is what a seller from another country does when the buyer is a verified taxable person of the place.
type Remote struct {
	Place          string
	Reason         Reason
	Note, Citation string // Note "{reverse_charge}" is that phrase in English and the buyer's language
	Source         string
}

// Phrase is a legal text in one language.
type Phrase struct{ Code, Language, Text string }

// Registration lets an entity collect in a place and all below it that are not self-administered.
type Registration struct {
	Entity, Place, Scheme, Number string // Scheme: "local", "oss_union", "oss_nonunion", "simplified"
	StartsOn, EndsOn              period.Date
}

// Exemption is a certificate of a customer for a place and all below it. Only a verified one counts.
type Exemption struct {
	ID               int64
	Account          customers.AccountID
	Customer         customers.ID
	Place            string
	Product          string // a product code, or empty for all
	Form             string // "SSUTA-F0003", "MTC", "MPU", "direct_pay", ...
	Reason, Number   string
	StartsOn, EndsOn period.Date
}

// Precision says how well the place of a sale is known.
type Precision string

const (
	ByCountry  Precision = "country"
	ByRegion   Precision = "region"     // the state or province has no local tax, or the tax stops there
	ByPostcode Precision = "postcode"   // a range of five-digit postcodes that lies in the place
	ByCity     Precision = "city"       // only the city's name: the boundary may differ
	StateOnly  Precision = "state_only" // local taxes exist but we hold none for this address: only the state's is charged
	NotHeld    Precision = "not_held"   // we hold no rules for the country
)

func inForce(start, end, on period.Date) bool {
	return !on.Before(start) && (end.IsZero() || on.Before(end))
}
