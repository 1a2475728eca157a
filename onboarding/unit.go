package onboarding

import "ratable/internal/fault"

// unit is what is taken or refused as one: a customer, a contract or invoice with all its rows.
type unit struct {
	key     string
	rows    []*given
	outcome Outcome
	note    string
	refused bool
	about   string                   // the column with its key
	column  func(path string) string // names the column of a finding
	apply   func(at place) (Outcome, string, error)
}

// bundle is units that go together, in order: a paying family, parents first.
type bundle []*unit

// blame refuses a unit for what a verb said.
func (u *unit) blame(err error) {
	u.refused = true
	found := fault.Fields(err)
	if len(found) == 0 {
		found = []fault.Field{{Message: err.Error()}}
	}
	g := u.rows[0]
	for _, f := range found {
		if f.Line = g.line; f.Path == "" { // about the whole of it
			f.Path = u.about
		} else {
			f.Path = u.column(f.Path)
		}
		g.found = append(g.found, f)
	}
}

// units groups the rows of a sheet by key, in the order of their first rows.
func (s *sheet) units(column string) []*unit {
	var out []*unit
	at := map[string]*unit{}
	for i := range s.rows {
		g := &s.rows[i]
		key := g.get(column)
		u := at[key]
		if u == nil || key == "" {
			u = &unit{key: key, about: column, column: func(path string) string { return path }}
			out, at[key] = append(out, u), u
		}
		u.rows = append(u.rows, g)
	}
	return out
}

// settle turns what is wrong in rows into refusals: of a unit all rows go back, because corrected alone they would say something else.
func (u *unit) settle() {
	if u.refused = u.refused || wrong(u.rows); !u.refused {
		return
	}
	var first *given
	for _, g := range u.rows {
		if len(g.found) > 0 {
			first = g
			break
		}
	}
	for _, g := range u.rows {
		if len(g.found) == 0 && first != nil {
			g.found = append(g.found, fault.Field{Path: first.found[0].Path, Line: g.line,
				Message: "is right here: the row goes with line " + itoa(first.line) + ", which is refused; leave it in the file"})
		}
	}
}

// report says what became of each row of the file, in its order.
func report(s *sheet, all []*unit) []Row {
	of := make(map[*given]*unit, len(s.rows))
	for _, u := range all {
		for _, g := range u.rows {
			of[g] = u
		}
	}
	out := make([]Row, len(s.rows))
	for i := range s.rows {
		g := &s.rows[i]
		u := of[g]
		out[i] = Row{Line: g.line, Key: u.key, Outcome: u.outcome, Note: u.note}
		if u.refused {
			out[i].Outcome, out[i].Note, out[i].Fields = Refused, "", g.found
		}
	}
	return out
}
