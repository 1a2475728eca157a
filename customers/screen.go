package customers

import (
	"math"
	"slices"
	"strings"

	"github.com/xrash/smetrics"

	"ratable/internal/period"
)

// Screening compares a customer's names with a list of parties nobody may sell to. What comes out is never a verdict:
// at or above MatchAt a person looks, and the program clears nothing. A match by ownership (the 50 percent rule) cannot
// be computed from a list.

// MatchAt is the score from which a match waits for a person.
const MatchAt = 0.80

// The figures of the comparison. Two words are alike from alike on; each word that has no partner takes something off,
// the more the rarer it is.
const (
	alike         = 0.86
	boost, prefix = 0.7, 4
	unmatched     = 0.15
	heaviest      = 3.0 // how much a rare word without partner counts beside those that have one
	initial       = 0.85
)

// ScreenResult says what became of a comparison.
type ScreenResult string

const (
	Clear    ScreenResult = "clear"
	Possible ScreenResult = "possible"
)

// ScreenMatch is a name of the list that is like one of the customer's.
type ScreenMatch struct {
	Entry     int64    `json:"entry"` // the publisher's number
	Name      string   `json:"name"`  // that was like it
	Query     string   `json:"query"` // the customer's
	Score     float64  `json:"score"`
	Kind      string   `json:"kind"`
	Programs  string   `json:"programs,omitempty"`
	Countries []string `json:"countries,omitempty"`
}

// Screening is one comparison of a customer with a version of the list, and what a person decided about it.
type Screening struct {
	ID        int64
	Customer  ID
	EnteredBy int64 // who entered the customer
	List      int64
	On        period.Date
	Query     []string
	Score     float64
	Result    ScreenResult
	Matches   []ScreenMatch // the likeliest first
	RestsOn   int64         // an earlier screening with the same names and entries that a person decided about
	Decision  ScreenDecision
	DecidedBy int64
	DecidedOn period.Date
	Reason    string
}

// ScreenDecision is what a person says about a possible match.
type ScreenDecision string

const (
	Undecided ScreenDecision = ""
	Cleared   ScreenDecision = "cleared"   // it is somebody else
	Confirmed ScreenDecision = "confirmed" // it is the listed party
)

// Held says that nothing may be sold to the customer: a match waits, or was confirmed.
func (s Screening) Held() bool { return s.Result == Possible && s.Decision != Cleared }

// noise are words that say nothing about who somebody is: legal forms and articles.
var noise = set(`ab ag ao as asa bhd bv cia co company corp corporation cv de del der des doo du el eurl fzc fzco fze for
	gmbh inc incorporated jsc kft kg kk la las les limited llc llp lp ltd ltda mbh nv oao of og ohg ojsc ooo oy oyj pao pjsc
	plc pte pty pvt sa saoc sarl sas sdn se sl spa spolka spzoo sro srl the und and y`)

// common are words that half of all firms have in their names; they count for less, however rare they are in a list.
var common = set(`agency aircraft association bank business capital center centre charity chemical commercial communications
	construction consulting data development digital electronics energy engineering enterprise enterprises equipment exchange
	export finance financial foundation foods gas general global group holding holdings import industrial industries industry
	institute international investment investments logistics management manufacturing marine maritime media network oil
	organization parts petrochemical petroleum private products public regions research resources service services shipping
	software solutions steel supply support systems tech technologies technology trade trading transport travel union works world`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// barred are letters that Unicode does not take apart into a letter and a sign.
var barred = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h")

// words are what a name is compared by: without case, accents, punctuation, legal forms and articles. "S.A." is one
// word, "Bel-Kap" are two. A name of nothing but noise keeps it.
func words(name string) []string {
	bare := barred.Replace(fold(name))
	bare = strings.Map(func(r rune) rune {
		switch r {
		case '.', '\'', '’', '`', '´':
			return -1
		case ',', '-', '–', '/', '&', '(', ')', '"', '+', ';', ':', '_', '*', '!', '?', '[', ']', '|':
			return ' '
		}
		return r
	}, bare)
	all := strings.Fields(bare)
	if kept := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return noise[w] }); len(kept) > 0 {
		return kept
	}
	return all
}

// rarity says how much a word tells: the logarithm of how rarely it occurs in a list of so many names.
type rarity struct {
	names int
	in    map[string]int
}

func (r rarity) of(word string) float64 {
	weight := math.Log(1 + float64(max(r.names, 1))/float64(max(r.in[word], 1)))
	switch {
	case common[word]:
		return weight * 0.25
	case len([]rune(word)) == 1:
		return weight * 0.3
	}
	return weight
}

// likeness compares two words: 0 when they are not alike. Short words must be equal, and an initial stands for a word
// that begins with it.
func likeness(a, b string) float64 {
	if a == b {
		return 1
	}
	x, y := len([]rune(a)), len([]rune(b))
	if min(x, y) == 1 && max(x, y) > 1 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return initial
	}
	if min(x, y) <= 3 {
		return 0
	}
	like := smetrics.JaroWinkler(a, b, boost, prefix)
	like *= 1 - 0.3*max(0, math.Abs(float64(x-y))/float64(max(x, y))-0.2) // a few letters are a spelling
	if like < alike {
		return 0
	}
	return like
}

// score compares two names, whatever the order of their words: 1 is the same.
func (r rarity) score(query, entry []string) float64 {
	if joined := strings.Join(query, ""); len(joined) >= 6 && joined == strings.Join(entry, "") {
		return 1 // BelKapSteel is Bel-Kap-Steel
	}
	taken := make([]bool, len(entry))
	var found, weight float64
	whole := 0 // pairs of more than an initial
	paired := make([]bool, len(query))
	// Equal words first, so that one like two finds its own.
	for _, least := range []float64{1, 0.01} {
		for i, q := range query {
			best, at := 0.0, -1
			for j, e := range entry {
				if like := likeness(q, e); !paired[i] && !taken[j] && like >= least && like > best {
					best, at = like, j
				}
			}
			if at < 0 {
				continue
			}
			paired[i], taken[at] = true, true
			if min(len(q), len(entry[at])) > 1 {
				whole++
			}
			w := math.Min(r.of(q), r.of(entry[at]))
			found, weight = found+best*w, weight+w
		}
	}
	if whole == 0 {
		return 0 // initials alone are nobody
	}
	more, fewer := lone(query, paired), lone(entry, taken)
	pairs, most := len(query)-len(more), heaviest
	if pairs > 1 && (len(more) == 0 || len(fewer) == 0) {
		most = 1 // all of one name is in the other: what is more in that one is a second surname, a patronymic
	}
	left := 1.0
	for _, w := range append(more, fewer...) {
		left -= unmatched * math.Min(most, r.of(w)/(weight/float64(pairs)))
	}
	return math.Max(0, found/weight*left)
}

func lone(words []string, paired []bool) (out []string) {
	for i, w := range words {
		if !paired[i] {
			out = append(out, w)
		}
	}
	return out
}
