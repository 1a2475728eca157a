package page

import (
	"net/url"
	"slices"

	"ratable/internal/fault"
	"ratable/web/ui"
)

// Editor is the form of a contract: one page, every field of the document. What few contracts need is folded away, or
// comes with a button.
type Editor struct {
	Head       ui.HeadProps
	Action     string
	Amending   string        // the contract's number; empty for a new one
	Changed    bool          // something was typed since it was kept
	Errors     []fault.Field // all of them; each also stands at its field
	Labels     map[string]string
	Parties    []EditorCell
	Terms      []EditorCell
	Amend      []EditorCell // of an amendment: from when, and why
	Seldom     EditorGroup
	SeldomOpen bool
	SeldomNote string // what the group says, when it is shut
	Lines      []EditorLine
	NoLines    string       // what is wrong with the list as a whole
	Promises   []EditorList // that the contract has
	Sections   []EditorSection
	Adds       []EditorAdd // what it could have as well
	Lists      []Suggestions
	Guesses    []Guess
	Paste      ui.FieldProps
	Preview    EditorPreview
}

// EditorCell is a field in its place. With Ticks it is one of the contract's own ids to choose among.
type EditorCell struct {
	Class string
	Field ui.FieldProps
	Error string // of ticks
	Ticks []Tick
	Among string // the lists whose ids the ticks are
}

// Tick is an id with its box.
type Tick struct {
	ID      string
	Checked bool
}

// Wrong says that a message stands beside the field.
func (c EditorCell) Wrong() bool {
	return c.Error != "" || slices.ContainsFunc(c.Field.Errors, func(f fault.Field) bool { return f.Path == c.Field.Name })
}

// EditorGroup is fields that stand together below a heading of their own.
type EditorGroup struct {
	Class, Title string
	Cells        []EditorCell
	Rows         EditorRows
}

// EditorRow is a row of fields that can be removed as one.
type EditorRow struct {
	Name   string // "commitments[0]"
	List   string // "commitments"
	Number int    // from 0
	What   string // "Commitment 1"
	Error  string
	Cells  []EditorCell
}

// EditorRows is a table of rows inside a line.
type EditorRows struct {
	List, Add, What string
	Error           string
	Rows            []EditorRow
}

// EditorLine is a line with the fields of every kind; the stylesheet shows those of the chosen one.
type EditorLine struct {
	EditorRow
	Main                []EditorCell
	Steps, Installments EditorRows
	Price               EditorPrice
	Details             []EditorGroup
	Open                bool
	Note                string // what the details say, when they are shut
}

// EditorPrice is a price with the fields of every model.
type EditorPrice struct {
	Name   string    // "lines[0].usage.price"
	Row    EditorRow // of a cell: what to remove
	Error  string
	Value  []EditorCell // of a cell: of which value of the dimension
	Model  EditorCell
	Cells  []EditorCell
	Tiers  EditorRows
	AtZero ui.FieldProps
	Matrix *EditorMatrix // nil in a cell
}

// EditorMatrix is a price for each value of a dimension.
type EditorMatrix struct {
	List, Error string
	Prices      []EditorPrice
	Other       EditorPrice
}

// EditorPromise is a row with what is folded away.
type EditorPromise struct {
	EditorRow
	More []EditorGroup
	Open bool
	Note string
}

// EditorList is a list of the contract other than its lines.
type EditorList struct {
	List, Title, About, Add, One string
	Rows                         []EditorPromise
}

// EditorSection is a part that a contract has once or not at all.
type EditorSection struct {
	Name, Title, About, Error string
	Cells                     []EditorCell
}

// EditorAdd is a button for a list or section that is not there.
type EditorAdd struct{ Name, Label string }

// Suggestions are codes and what each is called.
type Suggestions struct {
	ID      string
	Options []ui.Option
}

// EditorHead leads to the document beside the form.
func EditorHead(title, amending string) ui.HeadProps {
	from := "/contracts/document"
	h := ui.HeadProps{Title: title, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}}}
	if amending != "" {
		h.Crumbs = append(h.Crumbs, ui.Anchor{Label: amending, Href: "/contracts/" + url.PathEscape(amending)})
		from += "?amend=" + url.QueryEscape(amending)
	}
	h.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "From a document", Href: from, Icon: "contracts"}))
	return h
}
