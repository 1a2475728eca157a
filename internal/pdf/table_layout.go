package pdf

import "slices"

// A tableLayout is a table with its widths decided and its texts cleaned.
type tableLayout struct {
	t        Table
	d        *Doc
	x, width float64
	at       []float64 // left end of each column's text
	widths   []float64
}

type laidLine struct {
	text  string
	style Style
}

type laidCell struct {
	x, width float64
	align    Align
	lines    []laidLine
}

type laidRow struct {
	cells        []laidCell
	top, height  float64 // top is the space above the first line
	bottom       float64
	above, below Rule
	fill         *Color
	keep         bool
}

func (t Table) layout(d *Doc) tableLayout {
	l := tableLayout{t: t, d: d, x: d.Left() + t.Indent, width: d.Width() - t.Indent}
	l.widths = make([]float64, len(t.Columns))
	left, flex := l.width-2*t.Inset-t.Gutter*float64(len(t.Columns)-1), 0.0
	for i, c := range t.Columns {
		switch {
		case c.Width > 0:
			l.widths[i] = c.Width
		case c.Flex > 0:
			flex += c.Flex
			continue
		default:
			l.widths[i] = t.widest(i)
		}
		left -= l.widths[i]
	}
	for i, c := range t.Columns {
		if c.Width == 0 && c.Flex > 0 {
			// A column of text keeps room for a word even beside columns that ask too much.
			l.widths[i] = max(left*c.Flex/flex, 6*t.Body.Size)
		}
	}
	x := l.x + t.Inset
	for _, w := range l.widths {
		l.at = append(l.at, x)
		x += w + t.Gutter
	}
	return l
}

// widest measures a column that is as wide as what it holds: amounts are never wrapped.
func (t Table) widest(column int) float64 {
	w := t.Head.Width(t.Columns[column].Title)
	for _, r := range t.Rows {
		i := 0
		for _, c := range r.Cells {
			if i == column && c.Span <= 1 {
				w = max(w, t.styleOf(r, c).Width(c.Text), t.Note.Width(c.Note))
			}
			i += max(c.Span, 1)
		}
	}
	return w
}

func (t Table) styleOf(r Row, c Cell) Style {
	if c.Style != (Style{}) {
		return c.Style
	}
	if r.Style != (Style{}) {
		return r.Style
	}
	return t.Body
}

// head lays the titles out as a row; false when there are none.
func (l tableLayout) head() (laidRow, bool) {
	if !slices.ContainsFunc(l.t.Columns, func(c Column) bool { return c.Title != "" }) {
		return laidRow{}, false
	}
	r := l.t.HeadRow
	r.Style, r.Cells = l.t.Head, nil
	for _, c := range l.t.Columns {
		r.Cells = append(r.Cells, Cell{Text: c.Title})
	}
	return l.row(r), true
}

func (l tableLayout) row(r Row) laidRow {
	out := laidRow{above: r.Above, below: r.Below, fill: r.Fill, keep: r.KeepWithNext, top: l.t.Pad + r.PadTop, bottom: l.t.Pad + r.PadBottom}
	column, height := 0, 0.0
	for _, c := range r.Cells {
		last := column + max(c.Span, 1) - 1
		if last >= len(l.t.Columns) {
			panic("pdf: a row has more cells than the table has columns")
		}
		cell := laidCell{x: l.at[column], width: l.at[last] + l.widths[last] - l.at[column], align: c.Align}
		if cell.align == AlignDefault {
			cell.align = l.t.Columns[column].Align
		}
		cell.lines = l.lines(c, l.t.styleOf(r, c), cell.width)
		height = max(height, cell.height())
		out.cells = append(out.cells, cell)
		column = last + 1
	}
	out.height = out.top + height + out.bottom
	return out
}

func (l tableLayout) lines(c Cell, st Style, width float64) []laidLine {
	var out []laidLine
	if c.Text != "" {
		for _, s := range st.wrap(l.d.clean(c.Text), width) {
			out = append(out, laidLine{s, st})
		}
	}
	if c.Note != "" {
		for _, s := range l.t.Note.wrap(l.d.clean(c.Note), width) {
			out = append(out, laidLine{s, l.t.Note})
		}
	}
	return out
}

func (c laidCell) height() (h float64) {
	for _, l := range c.lines {
		h += l.style.lineHeight()
	}
	return h
}

// split cuts a row after the lines that fit into room. The first part has no cells when none does.
func (r laidRow) split(room float64) (first, rest laidRow) {
	first, rest = r, r
	first.cells, rest.cells = nil, nil
	first.below, rest.above = Rule{}, Rule{}
	taken, firstH, restH := false, 0.0, 0.0
	for _, c := range r.cells {
		n, h := 0, r.top
		for n < len(c.lines) && h+c.lines[n].style.lineHeight() <= room+tolerance {
			h += c.lines[n].style.lineHeight()
			n++
		}
		taken = taken || n > 0
		a, b := c, c
		a.lines, b.lines = c.lines[:n], c.lines[n:]
		first.cells, rest.cells = append(first.cells, a), append(rest.cells, b)
		firstH, restH = max(firstH, a.height()), max(restH, b.height())
	}
	if !taken {
		first.cells = nil
		return first, r
	}
	first.bottom = 0
	first.height, rest.height = r.top+firstH, r.top+restH+r.bottom
	return first, rest
}
