package examples

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Totals counts results, in all or of a kind.
type Totals struct {
	Kind                           string
	Pass, Fail, Unsupported, Given int
}

func (t *Totals) count(s Status) {
	switch s {
	case Pass:
		t.Pass++
	case Fail:
		t.Fail++
	case Unsupported:
		t.Unsupported++
	case Given:
		t.Given++
	}
}

// Count adds results up: in all, and by kind in order of its name.
func Count(results []Result) (all Totals, kinds []Totals) {
	for _, r := range results {
		i := slices.IndexFunc(kinds, func(t Totals) bool { return t.Kind == r.Kind })
		if i < 0 {
			i, kinds = len(kinds), append(kinds, Totals{Kind: r.Kind})
		}
		kinds[i].count(r.Status)
		all.count(r.Status)
	}
	slices.SortFunc(kinds, func(a, b Totals) int { return cmp.Compare(a.Kind, b.Kind) })
	return all, kinds
}

func (t Totals) String() string {
	said := fmt.Sprintf("%d pass, %d fail, %d unsupported", t.Pass, t.Fail, t.Unsupported)
	if t.Given > 0 {
		said += fmt.Sprintf(", %d without expectation", t.Given)
	}
	return said
}

// WriteText writes what the engine gives, case by case, and the totals.
func WriteText(w io.Writer, results []Result) error {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "%-12s %s  (%s)\n", r.Status, r.ID, r.Kind)
		if r.Missing != "" {
			fmt.Fprintf(&b, "             missing: %s\n", r.Missing)
		}
		for _, d := range r.Differences {
			fmt.Fprintf(&b, "             %s\n", d)
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "             note: %s\n", n)
		}
		if r.Status == Given || r.Status == Fail {
			gives, err := json.Marshal(r.Gives)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "             gives %s\n", gives)
		}
	}
	all, kinds := Count(results)
	b.WriteString("\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "%-32s %s\n", k.Kind, k)
	}
	fmt.Fprintf(&b, "%-32s %s\n", "all", all)
	_, err := io.WriteString(w, b.String())
	return err
}

type resultJSON struct {
	ID          string   `json:"id"`
	Kind        string   `json:"kind"`
	Status      Status   `json:"status"`
	Missing     string   `json:"missing,omitempty"`
	Gives       *object  `json:"gives,omitempty"`
	Differences []string `json:"differences,omitempty"`
	Notes       []string `json:"notes,omitempty"`
}

type totalsJSON struct {
	Kind        string `json:"kind,omitempty"`
	Pass        int    `json:"pass"`
	Fail        int    `json:"fail"`
	Unsupported int    `json:"unsupported"`
	Given       int    `json:"given"`
}

// WriteJSON writes the same for programs.
func WriteJSON(w io.Writer, results []Result) error {
	all, kinds := Count(results)
	out := struct {
		Results []resultJSON `json:"results"`
		Kinds   []totalsJSON `json:"kinds"`
		Total   totalsJSON   `json:"total"`
	}{Results: []resultJSON{}, Kinds: []totalsJSON{}, Total: totalsJSON(all)}
	for _, r := range results {
		x := resultJSON{ID: r.ID, Kind: r.Kind, Status: r.Status, Missing: r.Missing, Differences: r.Differences, Notes: r.Notes}
		if len(r.Gives.keys) > 0 {
			x.Gives = &r.Gives
		}
		out.Results = append(out.Results, x)
	}
	for _, k := range kinds {
		out.Kinds = append(out.Kinds, totalsJSON(k))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
