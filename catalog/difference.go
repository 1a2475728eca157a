package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Difference is a field that says something else: Old is empty when it said nothing before, New when it says nothing any more.
type Difference struct {
	Path     string // "standalone[EUR month].price", "terms.lines[api].usage.price.amount"
	Old, New string
}

// differences compares two versions field by field, in the order in which the second says them. Which versions they are and from
// when they count is no difference; 49 and 49.00 are the same.
func differences(before, after any) []Difference {
	was, is := flatten(before), flatten(after)
	var out []Difference
	for _, x := range is {
		if i := slices.IndexFunc(was, x.besides); i < 0 {
			out = append(out, Difference{x.path, "", x.value})
		} else if !sameFigure(was[i].value, x.value) {
			out = append(out, Difference{x.path, was[i].value, x.value})
		}
	}
	for _, w := range was {
		if !slices.ContainsFunc(is, w.besides) {
			out = append(out, Difference{w.path, w.value, ""})
		}
	}
	return out
}

func sameFigure(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := decimal.NewFromString(a)
	y, errY := decimal.NewFromString(b)
	return errX == nil && errY == nil && x.Equal(y)
}

// leaf is a single value of a document with its place.
type leaf struct{ path, value string }

func (l leaf) besides(other leaf) bool { return l.path == other.path }

// notCompared are the keys at the top that say which version it is and not what it says.
var notCompared = []string{"id", "version", "code", "starts_on"}

// flatten takes a version apart by its JSON, which is how it is kept.
func flatten(version any) []leaf {
	text, err := json.Marshal(version)
	if err != nil {
		panic(err) // a struct of ours, or a document that was valid JSON when it was added
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var out []leaf
	walk(dec, "", &out)
	return slices.DeleteFunc(out, func(l leaf) bool { return slices.Contains(notCompared, l.path) })
}

// walk reads one value and appends its leaves. Tokens keep the order of keys, which a map would lose. False and empty texts
// say what a missing key says.
func walk(dec *json.Decoder, path string, out *[]leaf) {
	switch v := next(dec).(type) {
	case json.Delim:
		if v == '{' {
			walkKeys(dec, path, out)
		} else {
			walkList(dec, path, out)
		}
	case nil:
	default:
		if text := fmt.Sprint(v); text != "" && v != false {
			*out = append(*out, leaf{path, text})
		}
	}
}

// next is the token of a text that Marshal wrote.
func next(dec *json.Decoder) json.Token {
	token, err := dec.Token()
	if err != nil {
		panic(err)
	}
	return token
}

func walkKeys(dec *json.Decoder, path string, out *[]leaf) {
	for dec.More() {
		walk(dec, beneath(path, fmt.Sprint(next(dec))), out)
	}
	next(dec) // the bracket that More saw
}

func beneath(path, key string) string { return strings.Trim(path+"."+key, ".") }

// walkList names items by what tells them apart, so that one more in the middle is one difference; single words stand as one
// value.
func walkList(dec *json.Decoder, path string, out *[]leaf) {
	var words []string
	names := map[string]bool{}
	for n := 0; dec.More(); n++ {
		var item []leaf
		walk(dec, "", &item)
		if len(item) == 1 && item[0].path == "" {
			words = append(words, item[0].value)
			continue
		}
		name, keys := nameOf(item)
		if name == "" || names[name] {
			name, keys = fmt.Sprint(n+1), nil
		}
		names[name] = true
		for _, l := range item {
			if !slices.Contains(keys, l.path) || len(keys) == len(item) { // the name says it already
				*out = append(*out, leaf{beneath(fmt.Sprintf("%s[%s]", path, name), l.path), l.value})
			}
		}
	}
	next(dec)
	if len(words) > 0 {
		*out = append(*out, leaf{path, strings.Join(words, ", ")})
	}
}

// nameOf is what tells an item of a list from the others: a line's id, the currency and period of a stand-alone price.
func nameOf(item []leaf) (name string, keys []string) {
	var words []string
	for _, l := range item {
		switch l.path {
		case "id":
			return l.value, []string{"id"}
		case "currency", "every", "region", "segment":
			words, keys = append(words, l.value), append(keys, l.path)
		}
	}
	return strings.Join(words, " "), keys
}

// ProductDifferences says field by field what a version of a product changed.
func ProductDifferences(before, after Product) []Difference { return differences(before, after) }

// PlanDifferences says field by field what a version of a plan changed.
func PlanDifferences(before, after Plan) []Difference { return differences(before, after) }
