package journals

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// RuleKind says what a rule is about.
type RuleKind string

const (
	LimitRule    RuleKind = "limit"        // how much a role may approve
	TransferRule RuleKind = "intercompany" // what one entity charges another
)

// RuleSubject is the kind of subject a rule is, in approvals and in the audit trail.
const RuleSubject = "journal_rule"

// Rule is a dated rule with what was decided about it. Limit or Transfer says the rest.
type Rule struct {
	ID         int64
	Kind       RuleKind
	Code       string
	StartsOn   period.Date
	Reason     string
	PreparedBy int64
	At         time.Time
	Limit      Limit
	Transfer   Transfer

	Event     string // "", approved, rejected
	DecidedBy int64
	Decision  string
}

// Limit caps what a role may approve, by the total of a journal in a currency. A role without one is not capped.
type Limit struct {
	Role     access.Role `json:"role"`
	Currency string      `json:"currency"`
	Most     string      `json:"most"`
	Retired  bool        `json:"retired,omitempty"`
}

// Transfer says what the entity that serves is owed of what the seller earns. It is about a product, a contract or a line
// of it; empty is about everything.
type Transfer struct {
	Seller   string `json:"seller"`
	Serving  string `json:"serving"`
	Product  string `json:"product,omitempty"`
	Contract string `json:"contract,omitempty"`
	Line     string `json:"line,omitempty"`
	Percent  string `json:"percent"`
	Retired  bool   `json:"retired,omitempty"`
}

func (t Transfer) percent() decimal.Decimal { return decimal.RequireFromString(t.Percent) }

// asks counts conditions: of two rules about a line the one that asks for more goes first.
func (t Transfer) asks() int {
	n := 0
	for _, asked := range []bool{t.Product != "", t.Contract != "", t.Line != ""} {
		if asked {
			n++
		}
	}
	return n
}

func (r Rule) subject() access.Subject {
	return access.Subject{Kind: RuleSubject, Key: strconv.FormatInt(r.ID, 10)}
}

// Says is the rule in a sentence.
func (r Rule) Says() string {
	switch {
	case r.Kind == LimitRule && r.Limit.Retired:
		return fmt.Sprintf("%s approves journals in %s without limit", r.Limit.Role, r.Limit.Currency)
	case r.Kind == LimitRule:
		return fmt.Sprintf("%s approves journals of up to %s %s", r.Limit.Role, r.Limit.Most, r.Limit.Currency)
	case r.Transfer.Retired:
		return fmt.Sprintf("%s charges %s nothing any more", strings.ToUpper(r.Transfer.Serving), strings.ToUpper(r.Transfer.Seller))
	}
	about := "all its contracts"
	switch t := r.Transfer; {
	case t.Contract != "":
		about = strings.TrimSpace("contract " + t.Contract + " " + t.Line)
	case t.Product != "":
		about = "product " + t.Product
	}
	return fmt.Sprintf("%s charges %s %s%% of what %s earns on %s", strings.ToUpper(r.Transfer.Serving), strings.ToUpper(r.Transfer.Seller), r.Transfer.Percent, strings.ToUpper(r.Transfer.Seller), about)
}

var code = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check says what is wrong with a rule by itself.
func (r Rule) check(d *entities.Directory) []fault.Field {
	f := &reading{}
	if !code.MatchString(r.Code) {
		f.add("code", r.Code, "must be 1 to 40 lower-case letters, digits and dashes")
	}
	if r.StartsOn.IsZero() {
		f.add("starts_on", "", "is missing: say from which day it counts")
	}
	if strings.TrimSpace(r.Reason) == "" {
		f.add("reason", "", "is missing: whoever approves it and the auditor want to know")
	}
	f.found = append(f.found, fault.Printable("reason", r.Reason, 300)...)
	if r.Kind == LimitRule {
		r.Limit.check(f)
	} else {
		r.Transfer.check(f, d)
	}
	return f.found
}

func (l Limit) check(f *reading) {
	if !slices.Contains(Roles, l.Role) {
		f.add("role", string(l.Role), "must be finance or accountant: they approve journals")
	}
	c, err := money.ParseCurrency(l.Currency)
	if err != nil {
		f.add("currency", l.Currency, "is not an ISO 4217 currency")
		return
	}
	if most, err := money.ParseAmount(l.Most, c); !l.Retired && (err != nil || most.Sign() < 0) {
		f.add("most", l.Most, "must be an amount in %s, such as 50000.00", c)
	}
}

func (t Transfer) check(f *reading, d *entities.Directory) {
	for path, code := range map[string]string{"seller": t.Seller, "serving": t.Serving} {
		if _, ok := d.ByCode(code); !ok {
			f.add(path, code, "is no legal entity of ours")
		}
	}
	if t.Seller == t.Serving {
		f.add("serving", t.Serving, "must be another entity than the seller")
	}
	if p, err := money.ParseDecimal(t.Percent); err != nil || p.Sign() <= 0 || p.GreaterThan(hundred) {
		f.add("percent", t.Percent, "must be more than 0 and at most 100")
	}
	if t.Line != "" && t.Contract == "" {
		f.add("line", t.Line, "needs the contract it is a line of")
	}
	if t.Product != "" && t.Contract != "" {
		f.add("product", t.Product, "or a contract, not both")
	}
}

// unpack reads the body of a rule as it was stored; a word that no rule has is a broken database.
func (r *Rule) unpack(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if r.Kind == LimitRule {
		return d.Decode(&r.Limit)
	}
	return d.Decode(&r.Transfer)
}

func (r Rule) pack() ([]byte, error) {
	if r.Kind == LimitRule {
		return json.Marshal(r.Limit)
	}
	return json.Marshal(r.Transfer)
}

// Counting are the approved rules of a kind that count on a day, one of a code: of the latest first day the one known last.
func Counting(all []Rule, kind RuleKind, on period.Date) []Rule {
	at := map[string]int{}
	var out []Rule
	for _, r := range all { // in the order they were approved
		if r.Kind != kind || r.Event != "approved" || r.StartsOn.After(on) {
			continue
		}
		i, seen := at[r.Code]
		if !seen {
			at[r.Code], out = len(out), append(out, r)
		} else if !r.StartsOn.Before(out[i].StartsOn) {
			out[i] = r
		}
	}
	return slices.DeleteFunc(out, func(r Rule) bool { return r.Limit.Retired || r.Transfer.Retired })
}

// Approvers are the roles that may approve a journal of a total, as limits of its day say.
func Approvers(all []Rule, total money.Amount, on period.Date) []access.Role {
	capped := map[access.Role]bool{}
	for _, r := range Counting(all, LimitRule, on) {
		if c := total.Currency(); money.Currency(r.Limit.Currency) == c {
			most, err := money.ParseAmount(r.Limit.Most, c)
			capped[r.Limit.Role] = capped[r.Limit.Role] || err != nil || total.Cmp(most) > 0
		}
	}
	return slices.DeleteFunc(slices.Clone(Roles), func(role access.Role) bool { return capped[role] })
}
