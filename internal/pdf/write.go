package pdf

import (
	"bytes"
	"fmt"

	"github.com/jung-kurt/gofpdf"
)

const family = "noto"

// Bytes finishes the document: headers and footers are drawn and the file is written. Later drawing has no effect.
// A document whose every character is in code page 1252 takes the fast 8-bit faces, any other the UTF-8 ones; they look the same.
func (d *Doc) Bytes() ([]byte, error) {
	if d.out != nil {
		return d.out, nil
	}
	d.decorate()
	f := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "pt", Size: gofpdf.SizeType{Wd: d.opts.Paper.Width, Ht: d.opts.Paper.Height}})
	d.describe(f)
	release := d.load(f)
	defer release()
	for _, p := range d.pages {
		f.AddPage()
		pen := pen{f: f, wide: d.wide}
		for _, s := range p.steps {
			pen.draw(s)
		}
	}
	var out bytes.Buffer
	out.Grow(48 << 10)
	if err := f.Output(&out); err != nil {
		return nil, fmt.Errorf("write pdf %q: %w", d.opts.Title, err)
	}
	d.out = pack(out.Bytes())
	return d.out, nil
}

// decorate draws headers and footers, now that the number of pages is known.
func (d *Doc) decorate() {
	for i := range d.pages {
		d.cur = i
		if d.opts.Header != nil {
			d.opts.Header(d, i+1, len(d.pages))
		}
		if d.opts.Footer != nil {
			d.opts.Footer(d, i+1, len(d.pages))
		}
	}
}

// describe sets what would otherwise differ from run to run, and switches off gofpdf's own page breaks.
func (d *Doc) describe(f *gofpdf.Fpdf) {
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.SetCompression(false) // pack does it
	f.SetCatalogSort(true)
	f.SetCreationDate(d.opts.Created.UTC())
	f.SetModificationDate(d.opts.Created.UTC())
	f.SetProducer("Ratable", true)
	f.SetTitle(d.clean(d.opts.Title), true)
	f.SetAuthor(d.clean(d.opts.Author), true)
	f.SetSubject(d.clean(d.opts.Subject), true)
}

// load gives the file its faces. The returned function takes the copies back; the file must be written before.
func (d *Doc) load(f *gofpdf.Fpdf) (release func()) {
	if !d.wide {
		for _, fc := range faces() {
			f.AddFontFromBytes(family, fc.style, fc.latinAs, fc.latin)
		}
		return func() {}
	}
	var taken []*[]byte
	for _, fc := range faces() {
		buf := copies.Get().(*[]byte)
		*buf = append((*buf)[:0], fc.wide...)
		// The capacity is cut too: gofpdf appends to slices of the file it was given.
		f.AddUTF8FontFromBytes(family, fc.style, (*buf)[:len(fc.wide):len(fc.wide)])
		taken = append(taken, buf)
	}
	return func() {
		for _, b := range taken {
			copies.Put(b)
		}
	}
}

// A pen plays steps on one page and remembers what is set, so that nothing is said twice.
type pen struct {
	f              *gofpdf.Fpdf
	wide           bool
	style          string
	size           float64
	text, ink      Color
	inked, colored bool
}

func (p *pen) draw(s step) {
	switch s.kind {
	case stepText:
		p.setText(s)
	case stepLine:
		p.f.SetDrawColor(int(s.color.R), int(s.color.G), int(s.color.B))
		p.f.SetLineWidth(s.size)
		p.f.Line(s.x, s.y, s.w, s.h)
	case stepBox:
		p.fill(s.color)
		p.f.Rect(s.x, s.y, s.w, s.h, "F")
	case stepShape:
		p.fill(s.color)
		points := make([]gofpdf.PointType, len(s.points))
		for i, pt := range s.points {
			points[i] = gofpdf.PointType{X: pt.X, Y: pt.Y}
		}
		p.f.Polygon(points, "F")
	case stepLink:
		p.f.LinkString(s.x, s.y, s.w, s.h, s.text)
	}
}

func (p *pen) setText(s step) {
	style := faceOf(s.bold).style
	if p.style != style || p.size != s.size {
		p.f.SetFont(family, style, s.size)
		p.style, p.size = style, s.size
	}
	if !p.colored || p.text != s.color {
		p.f.SetTextColor(int(s.color.R), int(s.color.G), int(s.color.B))
		p.text, p.colored = s.color, true
	}
	if p.wide {
		p.f.Text(s.x, s.y, s.text)
		return
	}
	p.f.Text(s.x, s.y, latin(s.text))
}

func (p *pen) fill(c Color) {
	if !p.inked || p.ink != c {
		p.f.SetFillColor(int(c.R), int(c.G), int(c.B))
		p.ink, p.inked = c, true
	}
}
