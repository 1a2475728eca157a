package pdf

// Column is a column of a Table. Its width is Width points, or a share of what is left (Flex), or, with neither, that of its widest cell.
type Column struct {
	Title string
	Width float64
	Flex  float64
	Align Align // AlignDefault = left; money is set AlignRight
}

// Rule is a horizontal line; the zero Rule is none.
type Rule struct {
	Stroke float64
	Color  Color
}

// Cell is a text in a row, with a smaller note below it.
type Cell struct {
	Text  string
	Note  string
	Style Style // zero = the row's
	Align Align // AlignDefault = the column's
	Span  int   // columns it covers; zero = one
}

// Row is a row of a Table: never broken over two pages unless it is higher than a page.
type Row struct {
	Cells        []Cell
	Style        Style // zero = the table's
	Above, Below Rule
	Fill         *Color
	PadTop       float64 // extra space inside the row, above and below its text
	PadBottom    float64
	KeepWithNext bool // stays on one page with the row after it, so that a total is never alone
}

// Table is set at the current height over the width of the flow. Its head is repeated on every page it reaches.
type Table struct {
	Columns []Column
	Rows    []Row
	Body    Style // of cells
	Note    Style // of notes in cells
	Head    Style // of titles; a table whose titles are all empty has no head
	HeadRow Row   // rules, fill and padding of the head; its Cells are made from the titles
	Gutter  float64
	Inset   float64 // space before the first and after the last column: wanted when rows are filled
	Pad     float64 // above and below every row
	Indent  float64 // from the left margin
}

// Table draws the table, breaking pages between rows.
func (d *Doc) Table(t Table) {
	l := t.layout(d)
	head, hasHead := l.head()
	rows := make([]laidRow, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = l.row(r)
	}
	if !hasHead {
		head = laidRow{}
	}
	fresh := true // nothing of the table is on this page yet
	for i := 0; i < len(rows); {
		n, height := group(rows[i:])
		// Nothing but the head may be left at the foot of a page, hence the head counts with the first group.
		need := height
		if fresh {
			need += head.height
		}
		if d.y > d.Top() && need > d.Room()+tolerance && need <= d.Bottom()-d.Top() {
			d.NewPage()
			fresh = true
		}
		if fresh {
			d.drawRow(l, head)
			fresh = false
		}
		for _, r := range rows[i : i+n] {
			d.rowOrPieces(l, head, r)
		}
		i += n
	}
}

// group is how many rows must stay together, and their height.
func group(rows []laidRow) (n int, height float64) {
	for n < len(rows) {
		height += rows[n].height
		n++
		if !rows[n-1].keep {
			break
		}
	}
	return n, height
}

// rowOrPieces draws a row; one that no page could hold is continued line by line. In a group too high for a page, rows break singly.
func (d *Doc) rowOrPieces(l tableLayout, head, r laidRow) {
	full := d.Bottom() - d.Top() - head.height
	if r.height > d.Room()+tolerance && r.height <= full {
		d.NewPage()
		d.drawRow(l, head)
	}
	for r.height > d.Room()+tolerance {
		first, rest := r.split(d.Room())
		if len(first.cells) == 0 { // not even a line fits here
			if d.y <= d.Top()+head.height+tolerance {
				break // nor on an empty page: let it run out rather than loop
			}
			d.NewPage()
			d.drawRow(l, head)
			continue
		}
		d.drawRow(l, first)
		d.NewPage()
		d.drawRow(l, head)
		r = rest
	}
	d.drawRow(l, r)
}

func (d *Doc) drawRow(l tableLayout, r laidRow) {
	if r.height == 0 {
		return
	}
	if r.fill != nil {
		d.Box(l.x, d.y, l.width, r.height, *r.fill)
	}
	if r.above.Stroke > 0 {
		d.Line(l.x, d.y, l.x+l.width, d.y, r.above.Stroke, r.above.Color)
	}
	for _, c := range r.cells {
		y := d.y + r.top
		x := c.x
		switch c.align {
		case AlignRight:
			x += c.width
		case AlignCenter:
			x += c.width / 2
		}
		for _, line := range c.lines {
			d.setLine(x, y+line.style.baseline(), line.style, c.align, line.text)
			y += line.style.lineHeight()
		}
	}
	d.y += r.height
	if r.below.Stroke > 0 {
		d.Line(l.x, d.y, l.x+l.width, d.y, r.below.Stroke, r.below.Color)
	}
}
