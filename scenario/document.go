package scenario

import (
	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// document is a scenario as it is written. docs/scenario.md explains each key.
type document struct {
	Title     string      `yaml:"title"`
	Story     string      `yaml:"story"`
	Through   day         `yaml:"through"`
	Entity    *entity     `yaml:"entity"`
	Entities  []entity    `yaml:"entities"`
	Customers []customer  `yaml:"customers"`
	Catalog   goods       `yaml:"catalog"`
	Rates     []rate      `yaml:"rates"`
	Policies  []policy    `yaml:"policies"`
	Contracts []yaml.Node `yaml:"contracts"`
	Facts     []fact      `yaml:"facts"`
}

type entity struct {
	Code          string         `yaml:"code"`
	Name          string         `yaml:"name"`
	Lines         []string       `yaml:"lines"`
	City          string         `yaml:"city"`
	Region        string         `yaml:"region"`
	Postcode      string         `yaml:"postcode"`
	Country       string         `yaml:"country"`
	TimeZone      string         `yaml:"time_zone"`
	Currency      string         `yaml:"currency"`
	TaxIDs        []taxID        `yaml:"tax_ids"`
	Registrations []registration `yaml:"registrations"`
}

type registration struct {
	Place  string `yaml:"place"`
	Scheme string `yaml:"scheme"`
	From   day    `yaml:"from"`
}

type taxID struct {
	Kind     string `yaml:"kind"`
	Value    string `yaml:"value"`
	Country  string `yaml:"country"`
	Verified day    `yaml:"verified"`
}

type customer struct {
	ID         string      `yaml:"id"`
	Name       string      `yaml:"name"`
	LegalName  string      `yaml:"legal_name"`
	Kind       string      `yaml:"kind"`
	Parent     string      `yaml:"parent"`
	Lines      []string    `yaml:"lines"`
	City       string      `yaml:"city"`
	Region     string      `yaml:"region"`
	Postcode   string      `yaml:"postcode"`
	Country    string      `yaml:"country"`
	Currency   string      `yaml:"currency"`
	TaxIDs     []taxID     `yaml:"tax_ids"`
	Exemptions []exemption `yaml:"exemptions"`
}

type exemption struct {
	Place   string `yaml:"place"`
	Product string `yaml:"product"`
	Form    string `yaml:"form"`
	Number  string `yaml:"number"`
	From    day    `yaml:"from"`
	Through day    `yaml:"through"`
}

type goods struct {
	Products []product `yaml:"products"`
	Meters   []meter   `yaml:"meters"`
}

type product struct {
	Code        string `yaml:"code"`
	Name        string `yaml:"name"`
	Unit        string `yaml:"unit"`
	TaxCode     string `yaml:"tax_code"`
	Recognition string `yaml:"recognition"`
	Method      string `yaml:"method"`
	Rounding    string `yaml:"rounding"`

	Standalone []catalog.Standalone `yaml:"standalone"`
}

type meter struct {
	Code        string   `yaml:"code"`
	Name        string   `yaml:"name"`
	Unit        string   `yaml:"unit"`
	Aggregation string   `yaml:"aggregation"`
	UniqueBy    string   `yaml:"unique_by"`
	Dimensions  []string `yaml:"dimensions"`
}

type rate struct {
	Base   string `yaml:"base"`
	Quote  string `yaml:"quote"`
	On     day    `yaml:"on"`
	Rate   number `yaml:"rate"`
	Source string `yaml:"source"`
}

type policy struct {
	Entity  string        `yaml:"entity"`
	Book    string        `yaml:"book"`
	From    day           `yaml:"from"`
	Choices ledger.Policy `yaml:"choices"`
}

// fact is one thing that happened: exactly one of its keys is set.
type fact struct {
	Use      *use        `yaml:"use"`
	Correct  *correction `yaml:"correct"`
	Retract  *retraction `yaml:"retract"`
	Restore  *correction `yaml:"restore"`
	Backfill *backfill   `yaml:"backfill"`
	Pay      *pay        `yaml:"pay"`
	Refund   *refund     `yaml:"refund"`
	Credit   *credit     `yaml:"credit"`
	Void     *void       `yaml:"void"`
	Amend    *amend      `yaml:"amend"`
	Renew    *renew      `yaml:"renew"`
	Notice   *notice     `yaml:"notice"`
	Cancel   *cancel     `yaml:"cancel"`
	Deliver  *deliver    `yaml:"deliver"`
	Settle   *settle     `yaml:"settle"`
	Hold     *hold       `yaml:"hold"`
	Release  *release    `yaml:"release"`
	Payer    *payer      `yaml:"payer"`
	Close    *closing    `yaml:"close"`
	Assess   *assess     `yaml:"assess"`
}

type use struct {
	ID       string `yaml:"id"`
	On       day    `yaml:"on"`
	At       moment `yaml:"at"`
	Known    day    `yaml:"known"`
	Customer string `yaml:"customer"`
	Meter    string `yaml:"meter"`
	Quantity number `yaml:"quantity"`

	Dimensions map[string]string `yaml:"dimensions"`
}

type correction struct {
	On       day    `yaml:"on"`
	Event    string `yaml:"event"`
	Used     day    `yaml:"used"`
	At       moment `yaml:"at"`
	Customer string `yaml:"customer"`
	Meter    string `yaml:"meter"`
	By       number `yaml:"by"`
	Quantity number `yaml:"quantity"`
	Reason   string `yaml:"reason"`

	Dimensions map[string]string `yaml:"dimensions"`
}

type retraction struct {
	On     day    `yaml:"on"`
	Event  string `yaml:"event"`
	Reason string `yaml:"reason"`
}

type backfill struct {
	On       day        `yaml:"on"`
	Customer string     `yaml:"customer"`
	Meter    string     `yaml:"meter"`
	From     day        `yaml:"from"`
	Through  day        `yaml:"through"`
	Events   []replaced `yaml:"events"`
	Reason   string     `yaml:"reason"`
}

// replaced is one event of a backfill.
type replaced struct {
	ID       string `yaml:"id"`
	On       day    `yaml:"on"`
	Quantity number `yaml:"quantity"`

	Dimensions map[string]string `yaml:"dimensions"`
}

type pay struct {
	On        day    `yaml:"on"`
	Customer  string `yaml:"customer"`
	Amount    number `yaml:"amount"`
	Currency  string `yaml:"currency"`
	Entity    string `yaml:"entity"`
	Reference string `yaml:"reference"`
}

type settle struct {
	On        day    `yaml:"on"`
	Partner   string `yaml:"partner"`
	Amount    number `yaml:"amount"`
	Currency  string `yaml:"currency"`
	Owed      string `yaml:"owed"`
	Entity    string `yaml:"entity"`
	Reference string `yaml:"reference"`
}

type refund struct {
	On      day    `yaml:"on"`
	Receipt string `yaml:"receipt"`
	Amount  number `yaml:"amount"`
	Reason  string `yaml:"reason"`
}

type credit struct {
	On      day    `yaml:"on"`
	Invoice string `yaml:"invoice"`
	Line    int    `yaml:"line"`
	Amount  number `yaml:"amount"`
	Reason  string `yaml:"reason"`
}

type void struct {
	On      day    `yaml:"on"`
	Invoice string `yaml:"invoice"`
	Reason  string `yaml:"reason"`
	ForGood bool   `yaml:"for_good"`
}

type closing struct {
	On     day    `yaml:"on"`
	Month  string `yaml:"month"`
	Entity string `yaml:"entity"`
	First  bool   `yaml:"first"` // before anything else of the day is learned
}

type amend struct {
	On       day       `yaml:"on"`
	Document yaml.Node `yaml:"document"`
}

type assess struct {
	On         day       `yaml:"on"`
	Assessment yaml.Node `yaml:"assessment"`
}

type renew struct {
	On       day    `yaml:"on"`
	Contract string `yaml:"contract"`
}

type notice struct {
	On       day    `yaml:"on"`
	Contract string `yaml:"contract"`
	Reason   string `yaml:"reason"`
}

type cancel struct {
	On          day              `yaml:"on"`
	Contract    string           `yaml:"contract"`
	Through     day              `yaml:"through"`
	Cause       contracts.Cause  `yaml:"cause"`
	Refund      contracts.Refund `yaml:"refund"`
	Commitments contracts.Due    `yaml:"commitments"`
	Reason      string           `yaml:"reason"`
}

type deliver struct {
	On       day    `yaml:"on"`
	Contract string `yaml:"contract"`
	Line     string `yaml:"line"`
	Note     string `yaml:"note"`
}

type hold struct {
	On       day    `yaml:"on"`
	Customer string `yaml:"customer"`
	Contract string `yaml:"contract"`
	Until    day    `yaml:"until"`
	Reason   string `yaml:"reason"`
}

type release struct {
	On       day    `yaml:"on"`
	Customer string `yaml:"customer"`
	Contract string `yaml:"contract"`
	Reason   string `yaml:"reason"`
}

type payer struct {
	On       day    `yaml:"on"`
	Contract string `yaml:"contract"`
	From     day    `yaml:"from"`
	Customer string `yaml:"customer"`
	Reason   string `yaml:"reason"`
}

// currency reads a code that was validated.
func currency(code string) money.Currency { return money.Currency(code) }

// through is the last day of an inclusive range as the first day after it.
func through(d day) period.Date {
	if d.IsZero() {
		return period.Date{}
	}
	return d.AddDays(1)
}
