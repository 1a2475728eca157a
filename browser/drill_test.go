package browser

import (
	"encoding/csv"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ratable/internal/money"
)

// grounds are the pages on which a figure rests: what was agreed, billed here or elsewhere, used, paid, or written by hand. Each leads
// up again.
var grounds = []struct{ down, up string }{
	{`^/invoices/[^/]+$`, `^/(ledger/entries|contracts/)`},
	{`^/payments/\d+$`, `^/(ledger/entries|invoices/)`},
	{`^/journals/[A-Z0-9][^/]*$`, `^/ledger/entries`},
	{`^/journals/intercompany`, `^/ledger/`},
	{`^/revenue/costs/\d+$`, `^/(ledger/|contracts/|revenue/contracts/)`},
	{`^/contracts/[^/]+/document`, `^/(contracts/|revenue/contracts/)`},
	{`^/ledger/exchange`, `^/ledger`},
	{`^/imports/rows\?`, `^/ledger/entries`},
}

// steps are the pages on the way down; everything else, such as the sidebar, leads away.
var steps = regexp.MustCompile(`^/(ledger/entries/\d+/\d+|imports|revenue/contracts/[^/]+/lines/[^/]+/months/\d{4}-\d\d|revenue/contracts/[^/]+)$`)

// TestEveryFigureOfTheTrialBalanceIsFourClicksFromItsGround takes each account of the demo's books, in each currency: the postings
// add up to the figure, and the entries of each kind lead to the paper, the clause or the journal they rest on, and up again.
func TestEveryFigureOfTheTrialBalanceIsFourClicksFromItsGround(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.signIn(person(t, "accountant"))
	figures := trialFigures(t, c.get("/ledger?month=2026-11"))
	if len(figures) < 100 {
		t.Fatalf("the trial balance opens %d figures", len(figures))
	}
	d := digger{t: t, client: c, pages: map[string][]string{}}
	accounts := map[string]bool{}
	for _, at := range slices.Sorted(maps.Keys(figures)) {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		accounts[u.Query().Get("ledger")] = true
		d.open(at, figures[at])
	}
	if len(accounts) < 20 {
		t.Errorf("the books move only %d accounts", len(accounts))
	}
	t.Logf("%d figures of %d accounts, %d pages opened below them, at most %d clicks down", len(figures), len(accounts), len(d.pages), d.deepest)
}

// trialFigures are the figures of the trial balance by the address they open. Debit and credit share one.
func trialFigures(t *testing.T, a answer) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for n := range parsed(t, a).Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(attr(n, "href"), "/ledger/postings?") {
			out[attr(n, "href")] = append(out[attr(n, "href")], shown(n))
		}
	}
	return out
}

func parsed(t *testing.T, a answer) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%s: %v", a.at, err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			return n
		}
	}
	return root
}

// shown is the text of an element without what only a screen reader says.
func shown(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && attr(n, "class") == "sr" {
			return
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// digger goes down from figures and remembers what it opened.
type digger struct {
	t       *testing.T
	client  client
	pages   map[string][]string // address -> links of its main part
	deepest int
}

// open holds the postings of a figure to it, and goes down from one entry of each kind.
func (d *digger) open(at string, figures []string) {
	d.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(d.client.get(at + "&format=csv").body)).ReadAll()
	if err != nil || len(rows) == 0 {
		d.t.Fatalf("%s as CSV: %v", at, err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	var debit, credit money.Amount
	kinds := map[string]string{}   // first entry of each kind of source, by account and sequence
	moved := map[string][]string{} // what each entry moves of the account, as a page writes it
	for _, row := range rows[1:] {
		a, err := money.ParseAmount(row[column("amount")], money.Currency(row[column("currency")]))
		if err != nil {
			d.t.Fatal(err)
		}
		if a.Sign() > 0 {
			debit = debit.Add(a)
		} else {
			credit = credit.Sub(a)
		}
		moved[row[column("entry")]] = append(moved[row[column("entry")]], a.Abs().Display())
		kind, _, _ := strings.Cut(row[column("source")], ":")
		if kinds[kind] == "" {
			kinds[kind] = row[column("entry")]
		}
	}
	for _, figure := range figures {
		if plain := strings.Trim(figure, "()"); plain != debit.Display() && plain != credit.Display() && plain != debit.Sub(credit).Abs().Display() && strings.Trim(plain, "0.") != "" {
			d.t.Errorf("%s shows %s, and its postings come to %s debit and %s credit", at, figure, debit.Display(), credit.Display())
		}
	}
	if len(rows) > 1 && len(d.links(at)) == 0 {
		d.t.Errorf("%s leads nowhere", at)
	}
	for kind, entry := range kinds {
		account, seq, _ := strings.Cut(entry, "-")
		page := d.client.get("/ledger/entries/" + account + "/" + seq)
		for _, amount := range moved[entry] {
			if text := shown(parsed(d.t, page)); !strings.Contains(text, amount) {
				d.t.Errorf("%s: entry %s moves %s of the account, and its page does not show it:\n%s", at, entry, amount, text)
			}
		}
		if !d.grounded("/ledger/entries/"+account+"/"+seq, 2) {
			d.t.Errorf("%s: an entry booked for %q, %s, leads to no ground within four clicks", at, kind, entry)
		}
	}
}

// links are the ways out of a page's main part.
func (d *digger) links(at string) []string {
	d.t.Helper()
	if known, ok := d.pages[at]; ok {
		return known
	}
	a := d.client.get(at)
	if a.status != 200 {
		d.t.Errorf("%s answers %d", at, a.status)
	}
	out := []string{}
	for n := range parsed(d.t, a).Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(attr(n, "href"), "/") {
			out = append(out, attr(n, "href"))
		}
	}
	d.pages[at] = out
	return out
}

// grounded says whether a page that is so many clicks away rests on something within four, which leads up again.
func (d *digger) grounded(at string, clicks int) bool {
	d.t.Helper()
	d.deepest = max(d.deepest, clicks)
	all := d.links(at)
	if clicks == 4 {
		return false
	}
	for _, link := range all {
		for _, g := range grounds {
			if regexp.MustCompile(g.down).MatchString(link) {
				d.deepest = max(d.deepest, clicks+1)
				if !slices.ContainsFunc(d.links(link), regexp.MustCompile(g.up).MatchString) {
					d.t.Errorf("%s, opened from %s, has no way up", link, at)
				}
				return true
			}
		}
	}
	for _, link := range all {
		if steps.MatchString(link) && link != at && d.grounded(link, clicks+1) {
			return true
		}
	}
	return false
}
