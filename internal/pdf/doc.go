// Package pdf draws business documents (invoices, credit notes, statements) as PDF.
//
// It owns the page: faces, text measuring, wrapping, tables, page breaks, page numbers, and the bytes of the file. It is the only importer
// of gofpdf. It does not own what a document says, nor where the bytes are kept, nor when it was made: Created is the document's own time.
//
// Lengths are points (1/72 inch) from the top left corner of the sheet; use MM to think in millimeters.
//
// Invariants: the same calls give the same bytes, on any machine and from any number of goroutines (one Doc per goroutine). No text makes
// it panic, and no glyph is silently missing: see Clean for what becomes of a character the faces do not have. A page breaks only where
// this package breaks it.
package pdf

import (
	"slices"
	"time"
)

// MM is one millimeter in points.
const MM = 72 / 25.4

// Paper is the size of a sheet, upright, in points.
type Paper struct{ Width, Height float64 }

// The two papers business is done on.
var (
	A4     = Paper{Width: 595.28, Height: 841.89}
	Letter = Paper{Width: 612, Height: 792}
)

// Margins keep the flow (paragraphs, tables) off the edges; headers and footers are drawn inside Top and Bottom.
type Margins struct{ Top, Right, Bottom, Left float64 }

// Options describe a document before anything is drawn.
type Options struct {
	Paper                  Paper   // zero = A4
	Margins                Margins // zero = 20 mm at the sides, 18 mm on top, 24 mm at the bottom
	Title, Author, Subject string  // shown by viewers
	Created                time.Time
	// Header and Footer are drawn on every page once the number of pages is known.
	Header, Footer func(d *Doc, page, pages int)
}

// Doc is a document being drawn: a list of drawing steps per page and the place where the flow continues. Not for concurrent use.
type Doc struct {
	opts     Options
	pages    []page
	cur      int     // the page drawn on
	y        float64 // where the flow continues, from the top of the sheet
	wide     bool    // some text needs more than code page 1252
	replaced []rune
	out      []byte
}

type page struct{ steps []step }

// New starts a document with one empty page.
func New(o Options) *Doc {
	if o.Paper == (Paper{}) {
		o.Paper = A4
	}
	if o.Margins == (Margins{}) {
		o.Margins = Margins{Top: 18 * MM, Right: 20 * MM, Bottom: 24 * MM, Left: 20 * MM}
	}
	d := &Doc{opts: o}
	d.NewPage()
	return d
}

// NewPage continues the flow at the top of a new page.
func (d *Doc) NewPage() {
	d.pages = append(d.pages, page{steps: make([]step, 0, 64)})
	d.cur = len(d.pages) - 1
	d.y = d.opts.Margins.Top
}

// Left, Right and Width bound the flow between the side margins.
func (d *Doc) Left() float64  { return d.opts.Margins.Left }
func (d *Doc) Right() float64 { return d.opts.Paper.Width - d.opts.Margins.Right }
func (d *Doc) Width() float64 { return d.Right() - d.Left() }

// Top and Bottom bound the flow on a page; Sheet is the whole paper.
func (d *Doc) Top() float64    { return d.opts.Margins.Top }
func (d *Doc) Bottom() float64 { return d.opts.Paper.Height - d.opts.Margins.Bottom }
func (d *Doc) Sheet() Paper    { return d.opts.Paper }

// Y is where the flow continues; MoveTo sets it, Space advances it.
func (d *Doc) Y() float64       { return d.y }
func (d *Doc) MoveTo(y float64) { d.y = y }
func (d *Doc) Space(h float64)  { d.y += h }

// Room is the height left on this page.
func (d *Doc) Room() float64 { return d.Bottom() - d.y }

// Need breaks the page unless h still fits, and says whether it did. More than a page can hold never breaks an empty page.
func (d *Doc) Need(h float64) bool {
	if h <= d.Room()+tolerance || d.y <= d.Top() {
		return false
	}
	d.NewPage()
	return true
}

// tolerance keeps sums of floats from breaking a page one row early.
const tolerance = 0.01

// Pages is the number of pages so far.
func (d *Doc) Pages() int { return len(d.pages) }

// Replaced lists, sorted, the characters that no face could show and that were drawn as U+FFFD. Empty is the normal case.
func (d *Doc) Replaced() []rune { return d.replaced }

func (d *Doc) note(missing []rune) {
	for _, r := range missing {
		if i, found := slices.BinarySearch(d.replaced, r); !found {
			d.replaced = slices.Insert(d.replaced, i, r)
		}
	}
}
