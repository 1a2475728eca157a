package spend

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
)

// Kind says what an alert looks at.
type Kind string

const (
	Amount  Kind = "amount"  // the running bill before tax, by day of invoicing and currency
	Units   Kind = "units"   // what a meter or line counted in its billing period
	Percent Kind = "percent" // how much of a cap, balance, credit or commitment has been reached
)

// Kinds lists every kind.
var Kinds = []Kind{Amount, Units, Percent}

// SetBy says who wants to know.
type SetBy string

const (
	ByStaff    SetBy = "staff"
	ByCustomer SetBy = "customer"
	ByContract SetBy = "contract" // nobody set it: the contract has a cap or balance, and somebody should know
)

// Rule is an alert as it stands now. It fires once for each of its thresholds in each period of what it looks at.
type Rule struct {
	Account  customers.AccountID
	ID       int64 // 0: of a contract by itself
	Revision int
	Customer customers.ID // who is told, and whose page shows it
	Contract contracts.ID // 0: all that the customer pays

	Kind       Kind
	Meter      string              // of units: a meter, or
	Line       string              // a line of the contract
	Limit      contracts.LimitKind // of percent
	LimitID    string
	Thresholds []decimal.Decimal // ascending
	Roles      []customers.ContactRole
	Addresses  []string // neither roles nor addresses: webhook only

	SetBy      SetBy
	Removed    bool
	ByUser     int64
	ByName     string
	RecordedAt time.Time
}

// Key names a rule for ever: what fired is told by it.
func (r Rule) Key() string {
	if r.ID != 0 {
		return fmt.Sprintf("rule:%d", r.ID)
	}
	return fmt.Sprintf("contract:%d:%s:%s", r.Contract, r.Limit, r.LimitID)
}

// The most of each that one rule takes: more would be a mistake.
const (
	mostThresholds = 10
	mostAddresses  = 10
)

// Check says what is wrong with a rule by itself.
func (r Rule) Check() error {
	var found []fault.Field
	add := func(path, value, message string, args ...any) {
		found = append(found, fault.Field{Path: path, Value: value, Message: fmt.Sprintf(message, args...)})
	}
	switch r.Kind {
	case Amount, Percent:
		if r.Meter != "" || r.Line != "" {
			add("meter", first(r.Meter, r.Line), "is for alerts on units only; leave it out, or choose the kind units")
		}
	case Units:
		if (r.Meter == "") == (r.Line == "") {
			add("meter", r.Meter, "name either a meter or a line of the contract to count units of")
		}
	default:
		add("kind", fault.Shown(string(r.Kind)), "must be amount, units or percent")
	}
	switch {
	case r.Kind == Percent && !slices.Contains(contracts.LimitKinds, r.Limit):
		add("limit", fault.Shown(string(r.Limit)), "must be cap, prepaid, credit or commitment: what the percentage is of")
	case r.Kind == Percent && r.LimitID == "":
		add("limit", "", "is missing: the id of the cap, balance, credit or commitment in the contract")
	case r.Kind != Percent && (r.Limit != "" || r.LimitID != ""):
		add("limit", r.LimitID, "is for alerts in percent only; leave it out, or choose the kind percent")
	}
	if r.Contract == 0 && (r.Line != "" || r.Limit != "") {
		add("contract", "", "is missing: a line or limit is one of a contract")
	}
	found = append(found, r.checkThresholds()...)
	return fault.InvalidFields(append(found, r.checkRecipients()...)...)
}

func (r Rule) checkThresholds() (found []fault.Field) {
	if n := len(r.Thresholds); n == 0 || n > mostThresholds {
		found = append(found, fault.Field{Path: "thresholds", Value: fmt.Sprint(n), Message: fmt.Sprintf("give 1 to %d thresholds", mostThresholds)})
	}
	for i, t := range r.Thresholds {
		path := fmt.Sprintf("thresholds[%d]", i)
		switch {
		case !t.IsPositive():
			found = append(found, fault.Field{Path: path, Value: t.String(), Message: "must be more than zero"})
		case r.Kind == Percent && t.Cmp(decimal.NewFromInt(1000)) > 0:
			found = append(found, fault.Field{Path: path, Value: t.String(), Message: "is a percentage: 80 is four fifths, at most 1000"})
		case t.Exponent() < -6 || t.Cmp(decimal.New(1, 15)) >= 0:
			found = append(found, fault.Field{Path: path, Value: t.String(), Message: "takes at most 15 digits before and 6 after the point"})
		case slices.ContainsFunc(r.Thresholds[:i], t.Equal):
			found = append(found, fault.Field{Path: path, Value: t.String(), Message: "is listed twice"})
		}
	}
	return found
}

func (r Rule) checkRecipients() (found []fault.Field) {
	for i, role := range r.Roles {
		if !slices.Contains(contactRoles, role) {
			found = append(found, fault.Field{Path: fmt.Sprintf("roles[%d]", i), Value: string(role), Message: "must be payable, procurement or technical"})
		}
	}
	if len(r.Addresses) > mostAddresses {
		found = append(found, fault.Field{Path: "addresses", Value: fmt.Sprint(len(r.Addresses)), Message: fmt.Sprintf("at most %d addresses; write to a mailing list instead", mostAddresses)})
	}
	for i, a := range r.Addresses {
		if parsed, err := mail.ParseAddress(a); err != nil || parsed.Address != a || len(a) > 254 || strings.ContainsAny(a, "\r\n") {
			found = append(found, fault.Field{Path: fmt.Sprintf("addresses[%d]", i), Value: a, Message: "must be an e-mail address, such as ops@example.com"})
		}
	}
	return found
}

var contactRoles = []customers.ContactRole{customers.Payable, customers.Procurement, customers.Technical}

// customary are the thresholds of rules that come with a contract.
var customary = []decimal.Decimal{decimal.NewFromInt(80), decimal.NewFromInt(100)}

// byContract are the rules that come with what was agreed: whoever uses up a balance, or comes near a cap above which
// something happens, is told. A rule somebody set for the same limit stands in its stead.
func (x *Account) byContract(set []Rule) []Rule {
	var out []Rule
	for _, l := range x.Limits() {
		tells := l.Kind == contracts.PrepaidLimit || l.Kind == contracts.CapLimit && l.Then != contracts.Continue
		replaced := slices.ContainsFunc(set, func(r Rule) bool { return r.Contract == l.Contract && r.Limit == l.Kind && r.LimitID == l.ID })
		r := Rule{
			Account: x.Facts.Account, Customer: l.Payer, Contract: l.Contract, Kind: Percent, Limit: l.Kind, LimitID: l.ID,
			Thresholds: customary, Roles: []customers.ContactRole{customers.Technical}, SetBy: ByContract, ByName: "contract " + l.Number,
		}
		if tells && !replaced && !slices.ContainsFunc(out, func(o Rule) bool { return o.Key() == r.Key() }) {
			out = append(out, r)
		}
	}
	return out
}

// Threshold reads a figure that somebody typed. It takes plain digits only: 1e99999999 would be a figure that fills the
// memory as soon as it is compared.
func Threshold(text string) (decimal.Decimal, error) {
	if len(text) > 24 || strings.ContainsAny(text, "eE") {
		return decimal.Zero, fault.New(fault.Invalid, "%s is not a plain decimal number", fault.Shown(text))
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Zero, fault.New(fault.Invalid, "%s is not a plain decimal number", fault.Shown(text))
	}
	return d, nil
}
