package reconcile

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"ratable/entities"
)

// WriteText writes results for people: a line each, and below it the items that differ.
func WriteText(w io.Writer, name func(entities.ID) string, results []Result) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, r := range results {
		if i == 0 || r.Scope != results[i-1].Scope {
			fmt.Fprintf(out, "%s %s %s\tleft\tright\tvariance\t\t\n", name(r.Entity), r.Month, r.Currency)
		}
		number := "-"
		if r.Number > 0 {
			number = fmt.Sprint(r.Number)
		}
		if r.State == NotLoaded {
			fmt.Fprintf(out, "%s %s\t\t\t\tnot loaded\t%s\n", number, r.Name, r.Notes[0])
			continue
		}
		fmt.Fprintf(out, "%s %s\t%s\t%s\t%s\t%s\t%d compared\n", number, r.Name, r.Left.Display(), r.Right.Display(), r.Variance().Display(), r.State, r.Compared)
		for _, x := range r.Items {
			fmt.Fprintf(out, "    %s %s\t%s\t%s\t%s\t\t%s\n", x.Kind, x.Name, x.Left.Display(), x.Right.Display(), x.Variance().Display(), x.Why)
		}
	}
	return out.Flush()
}

// WriteJSON writes results for programs: figures as text, exact.
func WriteJSON(w io.Writer, name func(entities.ID) string, results []Result) error {
	type item struct {
		Kind     Kind   `json:"kind"`
		Name     string `json:"name"`
		Left     string `json:"left"`
		Right    string `json:"right"`
		Variance string `json:"variance"`
		Why      string `json:"why"`
	}
	type result struct {
		Entity   string   `json:"entity"`
		Currency string   `json:"currency"`
		Month    string   `json:"month"`
		Number   int      `json:"number,omitempty"`
		Code     string   `json:"code"`
		Name     string   `json:"name"`
		State    State    `json:"state"`
		Left     string   `json:"left,omitempty"`
		Right    string   `json:"right,omitempty"`
		Variance string   `json:"variance,omitempty"`
		Compared int      `json:"compared"`
		Items    []item   `json:"items,omitempty"`
		Notes    []string `json:"notes,omitempty"`
	}
	all := make([]result, len(results))
	for i, r := range results {
		all[i] = result{Entity: name(r.Entity), Currency: string(r.Currency), Month: r.Month.String(), Number: r.Number, Code: r.Code, Name: r.Name, State: r.State, Compared: r.Compared, Notes: r.Notes}
		if r.State == NotLoaded { // no figures: 0.00 would be one
			continue
		}
		all[i].Left, all[i].Right, all[i].Variance = r.Left.String(), r.Right.String(), r.Variance().String()
		for _, x := range r.Items {
			all[i].Items = append(all[i].Items, item{x.Kind, x.Name, x.Left.String(), x.Right.String(), x.Variance().String(), x.Why})
		}
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

// Differing counts the results that are not OK; what was not loaded is none of them.
func Differing(results []Result) (n int) {
	for _, r := range results {
		if r.State == Difference {
			n++
		}
	}
	return n
}
