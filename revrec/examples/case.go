package examples

import (
	"fmt"
	"strings"

	"ratable/internal/fault"
)

// Case is one worked example: what is known and by which policy it is to be accounted for, and what should come out.
type Case struct {
	ID, Kind, Source, Description string

	inputs   object
	expected object // no keys: nothing is expected, what the engine gives is printed
}

// Read reads cases: an object with a list "vectors" (or "cases"), or the list itself. Invalid: no JSON, a case without kind or
// inputs.
func Read(source []byte) ([]Case, error) {
	value, err := decode(source)
	if err != nil {
		return nil, err
	}
	if top, ok := value.(object); ok {
		if value = top.values["vectors"]; value == nil {
			value = top.values["cases"]
		}
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "there is no list of cases: write {\"vectors\": [...]} or [...]")
	}
	out := make([]Case, len(list))
	for i, item := range list {
		o, _ := item.(object)
		c := Case{ID: word(o, "id"), Kind: word(o, "kind"), Source: word(o, "source"), Description: word(o, "description")}
		c.inputs, ok = o.values["inputs"].(object)
		if c.Kind == "" {
			c.Kind = word(c.inputs, "kind")
		}
		if !ok || c.Kind == "" {
			return nil, fault.InvalidFields(fault.Field{Path: fmt.Sprintf("vectors[%d]", i), Value: fault.Shown(c.ID), Message: "needs a kind and inputs"})
		}
		c.expected, _ = o.values["expected"].(object)
		out[i] = c
	}
	return out, nil
}

func word(o object, key string) string {
	s, _ := o.values[key].(string)
	return s
}

// Status is how a case ended.
type Status string

const (
	Pass        Status = "pass"
	Fail        Status = "fail"
	Unsupported Status = "unsupported"
	Given       Status = "given" // nothing was expected
)

// Result is what the engine gives for a case.
type Result struct {
	ID, Kind    string
	Status      Status
	Missing     string   // of an unsupported case: the policy or fact that the engine does not know
	Gives       object   // in the shape of what is expected
	Differences []string // of a failed case: path, what is given, what is expected
	Notes       []string // what was compared by sum instead of line by line
}

// Run puts a case to the engine.
func Run(c Case) (r Result) {
	r = Result{ID: c.ID, Kind: c.Kind, Status: Given}
	solve, known := solvers[c.Kind]
	if !known {
		r.Status, r.Missing = Unsupported, "cases of the kind "+c.Kind
		return r
	}
	asked := &facts{object: c.inputs, read: map[string]bool{"kind": true, "notes": true, "note": true}}
	defer func() {
		switch x := recover().(type) {
		case nil:
		case refusal: // what the case says is not known here, or not sound
			r.Status, r.Missing = Unsupported, x.missing
		default:
			if !unbookable(x) {
				panic(x)
			}
			r.Status, r.Missing = Unsupported, fmt.Sprint("figures that cannot be booked: ", x)
		}
	}()
	r.Gives = solve(asked)
	asked.allRead()
	compare(&r, c.expected)
	return r
}

// unbookable says whether money panicked because a figure is too large, which any multiplication in a case may come to.
func unbookable(x any) bool {
	text, _ := x.(string)
	return strings.HasPrefix(text, "money: ") && (strings.HasSuffix(text, "more than can be booked") || strings.HasSuffix(text, "out of range"))
}

// refusal ends the translation of a case that says something the engine has no rule for.
type refusal struct{ missing string }

func refuse(format string, args ...any) { panic(refusal{fmt.Sprintf(format, args...)}) }

// solved passes a figure on, or ends the case with what the engine says against it.
func solved[T any](value T, err error) T {
	if err != nil {
		refuse("%v", err)
	}
	return value
}
