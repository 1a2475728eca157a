package customers

import (
	"strings"
	"testing"
)

// listed is a small list as rarity sees it: what occurs often in names is known to be common.
var listed = rarity{40000, map[string]int{"dmitry": 60, "daniel": 90, "moreno": 30, "khoroshev": 4, "yuryevich": 25, "trading": 1500, "international": 1200, "tnk": 1, "steel": 200, "bel": 8, "kap": 1, "suex": 1, "otc": 1}}

func TestANameIsComparedHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct {
		query, entry string
		match        bool
	}{
		{"Dmitry Yuryevich Khoroshev", "KHOROSHEV, Dmitry Yuryevich", true}, // order
		{"Dmitriy Khoroshev", "KHOROSHEV, Dmitry Yuryevich", true},          // spelling, no patronymic
		{"D. Khoroshev", "KHOROSHEV, Dmitry Yuryevich", true},               // an initial
		{"Dmitry Horoshev", "KHOROSHEV, Dmitry Yuryevich", true},            // transliteration
		{"Dánïel Möreno", "MORENO, Daniel", true},                           // accents
		{"Daniel Moreno Garcia", "MORENO, Daniel", true},                    // one name more
		{"Suex O.T.C. GmbH", "SUEX OTC, S.R.O.", true},                      // legal form and dots
		{"BelKapSteel", "BEL-KAP-STEEL LLC", true},                          // written as one
		{"Bel Kap Steel Works Inc.", "BEL-KAP-STEEL LLC", true},             // a common word more
		{"Nordic Steel Works", "BEL-KAP-STEEL LLC", false},                  // a common word alone
		{"Baltic Trading International SA", "TNK TRADING INTERNATIONAL S.A.", false},
		{"Daniel Brooks", "MORENO, Daniel", false}, // a first name alone
		{"Moreno Bakery Toledo", "MORENO, Daniel", false},
		{"Li Wu", "LI, Wei", false},                           // short words must be equal
		{"Ann Lee", "AN, Le", false},                          //
		{"D. M.", "MORENO, Daniel", false},                    // initials alone are nobody
		{"Company of the Limited", "SUEX OTC, S.R.O.", false}, // nothing but noise
	} {
		score := listed.score(words(c.query), words(c.entry))
		if got := score >= MatchAt; got != c.match {
			t.Errorf("%q beside %q scores %.3f: match %v, want %v", c.query, c.entry, score, got, c.match)
		}
		if back := listed.score(words(c.entry), words(c.query)); back < score-0.02 || back > score+0.02 {
			t.Errorf("%q beside %q scores %.3f, the other way round %.3f", c.query, c.entry, score, back)
		}
	}
}

func TestHalfAListIsRefused(t *testing.T) {
	good := `1,"SUEX OTC, S.R.O.",-0- ,"CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. 'SUCCESSFUL EXCHANGE'."`
	l, err := ParseOFAC(OFAC{SDN: []byte(good + "\n\x1a")})
	if err != nil || len(l.Entries) != 1 || strings.Join(l.Entries[0].Names, "|") != "SUEX OTC, S.R.O.|SUCCESSFUL EXCHANGE" {
		t.Fatalf("a good list reads as %+v, %v", l.Entries, err)
	}
	for name, c := range map[string]struct{ sdn, says string }{
		"empty":        {"", "has no entries"},
		"cut off":      {good + "\n2,\"HALF", "sdn.csv"},
		"another file": {"1,2,\"aka\",\"X\",-0-\n", "has 5 columns, not 12"},
		"no number":    {strings.Replace(good, "1,", "one,", 1), "is not the number of an entry"},
		"twice":        {good + "\n" + good, "is there twice"},
		"without name": {strings.Replace(good, `"SUEX OTC, S.R.O."`, "-0- ", 1), "has no name"},
	} {
		if _, err := ParseOFAC(OFAC{SDN: []byte(c.sdn)}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("a list that is %s gives %v, want %q", name, err, c.says)
		}
	}
}
