package ledger

import (
	"fmt"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/strict"
)

// choice is one key of a policy as people write and read it.
type choice struct {
	key     string
	asks    string
	options []option
	of      func(Policy) string
}

type option struct{ word, means string }

func of[T ~string](field func(Policy) T) func(Policy) string {
	return func(p Policy) string { return string(field(p)) }
}

var shown = []option{{string(ReduceRevenue), "less revenue"}, {string(ContraAccount), "an account of its own that lowers revenue"}}
var own = []option{{string(OwnAccount), "an account of its own"}, {string(InRevenue), "revenue"}}
var yesNo = []option{{string(Yes), "yes"}, {string(No), "no"}}

// choices are all keys, in the order of documents and pages.
var choices = []choice{
	{"credit_split", "A credit takes back", []option{{string(Proportional), "earned and deferred in proportion"},
		{string(DeferredFirst), "what is deferred first"}, {string(RecognizedFirst), "what is earned first"}}, of(func(p Policy) CreditSplit { return p.CreditSplit })},
	{"credits", "Earned revenue that is credited shows as", shown, of(func(p Policy) Presentation { return p.Credits })},
	{"voids", "Earned revenue of a voided invoice shows as", shown, of(func(p Policy) Presentation { return p.Voids })},
	{"refunds", "Earned revenue that is refunded shows as", shown, of(func(p Policy) Presentation { return p.Refunds })},
	{"bad_debt", "An invoice nobody will pay is", []option{{string(PriceConcession), "a price concession: less revenue (606-10-32-7)"},
		{string(CreditLoss), "a credit loss: an expense (326-20)"}}, of(func(p Policy) BadDebtPolicy { return p.BadDebt })},
	{"bad_debt_tax_relief", "Tax of bad debt is taken back", yesNo, of(func(p Policy) YesNo { return p.BadDebtTax })},
	{"disputes", "Disputed money is", []option{{string(AsRefund), "taken back like a refund"},
		{string(ParkAsReceivable), "a receivable until it is decided"}}, of(func(p Policy) DisputePolicy { return p.Disputes })},
	{"breakage", "What is paid ahead and not used is earned", []option{{string(AtExpiry), "when it lapses"},
		{string(InPattern), "in proportion of use, by an estimate (606-10-55-48)"}}, of(func(p Policy) BreakagePolicy { return p.Breakage })},
	{"breakage_account", "Breakage is booked to", own, of(func(p Policy) Separately { return p.BreakageTo })},
	{"overage_account", "Usage beyond a commitment is booked to", own, of(func(p Policy) Separately { return p.Overage })},
	{"contract_account", "A contract's balance is kept on", []option{{string(TwoLedgers), "deferred revenue and unbilled receivables"},
		{string(OneAccount), "one contract account"}}, of(func(p Policy) ContractPolicy { return p.Contract })},
	{"negative_unbilled", "A correction below what was billed is", []option{{string(ToDeferred), "deferred revenue"},
		{string(ToContraAR), "a receivable to be credited"}}, of(func(p Policy) NegativePolicy { return p.NegativeUsage })},
	{"right_to_bill", "What is earned before it is billed may be billed at any time", yesNo, of(func(p Policy) YesNo { return p.RightToBill })},
	{"recognition_day", "What is earned at a point in time is booked", []option{{string(AtMonthEnd), "at the end of its month"},
		{string(OnTheDay), "on its day"}}, of(func(p Policy) DayPolicy { return p.RecognitionDay })},
	{"gross_up", "An invoice in advance is a receivable", []option{{string(OnInvoice), "from its day"},
		{string(OnDueOrService), "from the day it is due, paid or served (Example 38)"}}, of(func(p Policy) GrossUpPolicy { return p.GrossUp })},
	{"catch_up", "Service before its invoice or credit is booked", []option{{string(InAttributed), "in the months it belongs to, while they are open"},
		{string(InMonthOfChange), "in the month of the invoice or credit (606-10-32-43)"}}, of(func(p Policy) CatchUpPolicy { return p.CatchUp })},
	{"remeasure_at_month_end", "Receivables in foreign currency are measured anew at the end of a month", yesNo, of(func(p Policy) YesNo { return p.Remeasure })},
}

func (c choice) means(word string) string {
	for _, o := range c.options {
		if o.word == word {
			return o.means
		}
	}
	return word
}

// Check names every key that has no word it knows, and what there is to choose.
func (p Policy) Check() error {
	var found []fault.Field
	for _, c := range choices {
		said := c.of(p)
		var words []string
		known := false
		for _, o := range c.options {
			words, known = append(words, o.word), known || o.word == said
		}
		if !known {
			found = append(found, fault.Field{Path: c.key, Value: fault.Shown(said), Message: "must be " + strings.Join(words, " or ")})
		}
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return nil
}

// ReadPolicy reads a policy as people write it, in YAML or JSON. What is left out is as by default; an unknown key or word is
// refused with its line.
func ReadPolicy(text []byte) (Policy, error) {
	root, err := strict.Tree(text, "an accounting policy", 1<<16)
	if err != nil {
		return Policy{}, err
	}
	p := DefaultPolicy()
	if found := strict.Read(root, &p); len(found) > 0 {
		return Policy{}, fault.InvalidFields(strict.Placed(root, found)...)
	}
	if err := p.Check(); err != nil {
		return Policy{}, fault.InvalidFields(strict.Placed(root, fault.Fields(err))...)
	}
	return p, nil
}

// PolicyOf reads a policy from the word of each key; a key without one is as by default.
func PolicyOf(word func(key string) string) (Policy, error) {
	var text strings.Builder
	for _, c := range choices {
		if said := word(c.key); said != "" {
			fmt.Fprintf(&text, "%s: %q\n", c.key, said)
		}
	}
	if text.Len() == 0 {
		return DefaultPolicy(), nil
	}
	return ReadPolicy([]byte(text.String()))
}

// Completed takes the default for what a policy does not say.
func (p Policy) Completed() (Policy, error) {
	said := map[string]string{}
	for _, c := range choices {
		said[c.key] = c.of(p)
	}
	return PolicyOf(func(key string) string { return said[key] })
}

// Choice is one key of a policy as there is to choose: what it asks, and every word with what it means.
type Choice struct {
	Key, Asks, Rule string
	Words           []Word
}

// Word is one answer.
type Word struct{ Word, Means string }

// PolicyChoices lists them, in order.
func PolicyChoices() []Choice {
	out := make([]Choice, len(choices))
	for i, c := range choices {
		out[i] = Choice{Key: c.key, Asks: c.asks, Rule: paragraphs[c.key]}
		for _, o := range c.options {
			out[i].Words = append(out[i].Words, Word{o.word, o.means})
		}
	}
	return out
}

// paragraphs says of each key what stands behind it.
var paragraphs = map[string]string{
	"credit_split":           "A change of the transaction price is shared like the price itself (606-10-32-43); systems differ in which part they take first.",
	"credits":                "Net revenue is the same. A contra account shows what was given back (606-10-50-8 asks for why balances move).",
	"voids":                  "An invoice that is taken back for good; one that is billed anew changes no revenue.",
	"refunds":                "Of documents billed elsewhere. Here a refund follows a credit note and moves no revenue itself.",
	"bad_debt":               "A price that was never expected whole is lowered (606-10-32-7); what was expected and is not paid is a credit loss (326-20).",
	"bad_debt_tax_relief":    "Where the tax authority gives back the tax of what is not paid; otherwise the tax is lost, too.",
	"disputes":               "Money a card network withdrew: lost until it is decided, or still expected.",
	"breakage":               "In proportion only where the part that is never used can be estimated (606-10-55-48); otherwise when it is remote that it is used.",
	"breakage_account":       "Net revenue is the same. What lapses shows apart from what was used.",
	"overage_account":        "Net revenue is the same. Usage beyond a commitment shows apart.",
	"contract_account":       "Of documents billed elsewhere: two ledgers by line, or one position by contract (606-10-45-1).",
	"negative_unbilled":      "Of documents billed elsewhere: a correction below what was billed waits as deferred revenue, or as a credit to come.",
	"right_to_bill":          "A receivable when only time must pass before it may be billed; a contract asset otherwise (606-10-45-4).",
	"recognition_day":        "Of documents billed elsewhere: the month is the same.",
	"gross_up":               "An invoice in advance of a contract that may be cancelled is no receivable before it is due (Example 38, 606-10-55-285).",
	"catch_up":               "What is earned of a price that changed is revenue of the period of the change (606-10-32-43), or of the months served.",
	"remeasure_at_month_end": "Monetary items in foreign currency are measured at the rate of the day (830-20-35-1).",
}

// Described is one key of a policy in words.
type Described struct{ Key, Asks, Says, Means string }

// Describe lists a policy key by key, for a page or the accounting manual.
func (p Policy) Describe() []Described {
	out := make([]Described, len(choices))
	for i, c := range choices {
		said := c.of(p)
		out[i] = Described{c.key, c.asks, said, c.means(said)}
	}
	return out
}

// PolicyChange is where two policies differ.
type PolicyChange struct{ Key, Asks, From, To string }

// String says it as a sentence: "A credit takes back: what is deferred first, so far earned and deferred in proportion".
func (c PolicyChange) String() string {
	return fmt.Sprintf("%s: %s (so far: %s)", c.Asks, c.To, c.From)
}

// Changes lists what another policy changes, in words.
func (p Policy) Changes(to Policy) []PolicyChange {
	var out []PolicyChange
	for _, c := range choices {
		if was, is := c.of(p), c.of(to); was != is {
			out = append(out, PolicyChange{c.key, c.asks, c.means(was), c.means(is)})
		}
	}
	return out
}
