package pdf

// Color is an sRGB color; the zero Color is black.
type Color struct{ R, G, B uint8 }

// Gray is a shade between black (0) and white (255).
func Gray(v uint8) Color { return Color{v, v, v} }

// Point is a place on the sheet.
type Point struct{ X, Y float64 }

// Align says which edge a text is set against.
type Align uint8

// Column is the default inside a table (the column's own), Left elsewhere.
const (
	AlignDefault Align = iota
	AlignLeft
	AlignRight
	AlignCenter
)

type stepKind uint8

const (
	stepText stepKind = iota
	stepLine
	stepBox
	stepShape
	stepLink
)

// A step is one drawing instruction. They are kept until Bytes, because only then is known which face's encoding holds every character.
type step struct {
	kind       stepKind
	bold       bool
	color      Color
	x, y, w, h float64
	size       float64 // of the text, or the width of the stroke
	text       string  // or the address of a link
	points     []Point
}

func (d *Doc) add(s step) { d.pages[d.cur].steps = append(d.pages[d.cur].steps, s) }

// Text sets one line with its baseline at y. With AlignRight x is its right end, with AlignCenter its middle. It returns the width.
func (d *Doc) Text(x, y float64, st Style, a Align, text string) float64 {
	return d.setLine(x, y, st, a, d.clean(text))
}

func (d *Doc) setLine(x, y float64, st Style, a Align, text string) float64 {
	w := st.width(text)
	switch a {
	case AlignRight:
		x -= w
	case AlignCenter:
		x -= w / 2
	}
	if text != "" {
		d.add(step{kind: stepText, bold: st.Bold, color: st.Color, x: x, y: y, size: st.Size, text: text})
		d.wide = d.wide || !fitsLatin(text)
	}
	return w
}

// Block sets text in lines no wider than width, starting with the top of its first line at y, and returns where it ends.
// It does not break pages: ask Need with Height first, or use Paragraph.
func (d *Doc) Block(x, y, width float64, st Style, text string) float64 {
	for _, l := range st.wrap(d.clean(text), width) {
		d.setLine(x, y+st.baseline(), st, AlignLeft, l)
		y += st.lineHeight()
	}
	return y
}

// Paragraph sets text over the full width of the flow, line by line across pages.
func (d *Doc) Paragraph(st Style, text string) {
	for _, l := range st.wrap(d.clean(text), d.Width()) {
		d.Need(st.lineHeight())
		d.setLine(d.Left(), d.y+st.baseline(), st, AlignLeft, l)
		d.y += st.lineHeight()
	}
}

// Line draws a straight stroke.
func (d *Doc) Line(x1, y1, x2, y2, stroke float64, c Color) {
	d.add(step{kind: stepLine, color: c, x: x1, y: y1, w: x2, h: y2, size: stroke})
}

// Rule draws a line across the flow at its current height.
func (d *Doc) Rule(stroke float64, c Color) { d.Line(d.Left(), d.y, d.Right(), d.y, stroke, c) }

// Box fills a rectangle.
func (d *Doc) Box(x, y, w, h float64, c Color) {
	d.add(step{kind: stepBox, color: c, x: x, y: y, w: w, h: h})
}

// Shape fills the polygon through the points: what a vector logo is made of.
func (d *Doc) Shape(c Color, points ...Point) {
	if len(points) < 3 {
		panic("pdf: a shape has at least three points")
	}
	d.add(step{kind: stepShape, color: c, points: points})
}

// Link makes a rectangle open an address when clicked.
func (d *Doc) Link(x, y, w, h float64, address string) {
	d.add(step{kind: stepLink, x: x, y: y, w: w, h: h, text: address})
}

// A Mark is a small vector logo: filled polygons in a square of side 1, and the name beside it.
type Mark struct {
	Name   string
	Shapes []MarkShape
}

// MarkShape is one filled polygon of a Mark, in the unit square, y downward.
type MarkShape struct {
	Color  Color
	Points []Point
}

// Mark draws a logo with the top left corner of its square at x, y, and the name set beside it. It returns the right end.
func (d *Doc) Mark(m Mark, x, y, side float64, name Style) float64 {
	for _, s := range m.Shapes {
		scaled := make([]Point, len(s.Points))
		for i, p := range s.Points {
			scaled[i] = Point{x + p.X*side, y + p.Y*side}
		}
		d.Shape(s.Color, scaled...)
	}
	if len(m.Shapes) > 0 {
		x += side * 1.3
	}
	// The capitals of the name stand in the middle of the square's height.
	return x + d.Text(x, y+side/2+capHeight*name.Size/2, name, AlignLeft, m.Name)
}
