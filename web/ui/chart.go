package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"ratable/internal/money"
)

// ChartKind is how the series stand to each other.
type ChartKind string

const (
	Bars    ChartKind = "bars"    // side by side
	Stacked ChartKind = "stacked" // on top of each other; for parts of a whole
	Lines   ChartKind = "lines"
)

// ChartProps is a drawing and the table it was made from. At most six series; the table below holds every value exactly.
type ChartProps struct {
	Title  string
	Kind   ChartKind
	Head   string   // of the table's first column: "Month"
	Labels []string // along the axis
	Series []Series
	Digits int // minor-unit digits of the values: 2 for euro cents, 0 for counts; only for the axis
	Open   bool
	Small  bool // stands in a rail: fewer labels, larger letters
}

// Series is one color: a value for each label, missing ones are nothing.
type Series struct {
	Name  string
	Marks []Mark
}

// Mark is a value as drawn and as written, with the page it opens.
type Mark struct {
	Value int64
	Text  string
	Href  string
}

// AmountMarks makes marks of amounts in one currency.
func AmountMarks(amounts ...money.Amount) []Mark {
	marks := make([]Mark, len(amounts))
	for i, a := range amounts {
		marks[i] = Mark{Value: a.Minor(), Text: AmountText(a)}
	}
	return marks
}

// CountMarks makes marks of counts.
func CountMarks(counts ...int64) []Mark {
	marks := make([]Mark, len(counts))
	for i, n := range counts {
		marks[i] = Mark{Value: n, Text: grouped(n)}
	}
	return marks
}

// The drawing's measures, in its own units; it scales to the page.
const (
	plotWidth, plotHeight     = 720, 232
	plotLeft, plotRight       = 46, 4
	plotTop, plotBottom       = 10, 24
	widestBar, gapBetweenBars = 30, 2
)

// box is one bar or one point, where it stands and what it says.
type box struct {
	x, y, w, h float64
	series     int
	negative   bool
	title      string
	href       string
}

// pointY is where a line's point stands: the end of the bar that is away from zero.
func (b box) pointY() float64 {
	if b.negative {
		return b.y + b.h
	}
	return b.y
}

// scale maps values to heights. Pixels may be floats; amounts themselves stay whole numbers and are never computed here.
type scale struct{ low, high, step float64 }

func (s scale) y(value float64) float64 {
	return plotTop + (s.high-value)/(s.high-s.low)*(plotHeight-plotTop-plotBottom)
}

// scaleOf finds round numbers around all that is drawn, zero always among them.
func scaleOf(c ChartProps) scale {
	var low, high float64
	for i := range c.Labels {
		var up, down float64
		for _, series := range c.Series {
			value := float64(valueAt(series, i))
			if c.Kind != Stacked {
				up, down = max(up, value), min(down, value)
			} else if value > 0 {
				up += value
			} else {
				down += value
			}
		}
		low, high = min(low, down), max(high, up)
	}
	if low == high {
		high = low + math.Pow10(c.Digits)
	}
	step := roundStep((high - low) / 4)
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// roundStep is the first of 1, 2, 2.5, 5, 10 times a power of ten that is not below the raw step.
func roundStep(raw float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, factor := range []float64{1, 2, 2.5, 5} {
		if factor*power >= raw {
			return factor * power
		}
	}
	return 10 * power
}

func (s scale) ticks() []float64 {
	var ticks []float64
	for i := 0; s.low+float64(i)*s.step <= s.high+s.step/2; i++ {
		ticks = append(ticks, s.low+float64(i)*s.step)
	}
	return ticks
}

// tickText is short: 1.5M, 250k, 12. Only the axis is shortened, never a value.
func tickText(value float64, digits int) string {
	value /= math.Pow10(digits)
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "bn"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(value) >= unit.size {
			return strconv.FormatFloat(value/unit.size, 'f', -1, 64) + unit.name
		}
	}
	return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64)
}

func valueAt(s Series, i int) int64 {
	if i >= len(s.Marks) {
		return 0
	}
	return s.Marks[i].Value
}

// slot is the width a label has, and where it begins.
func (c ChartProps) slot(i int) (x, width float64) {
	width = float64(plotWidth-plotLeft-plotRight) / float64(max(len(c.Labels), 1))
	return plotLeft + float64(i)*width, width
}

// plotRole is a picture, or a group when its marks lead somewhere: nothing inside a picture can be reached.
func (c ChartProps) plotRole() string {
	for _, series := range c.Series {
		for _, mark := range series.Marks {
			if mark.Href != "" {
				return "group"
			}
		}
	}
	return "img"
}

// boxes places every mark.
func (c ChartProps) boxes() []box {
	s := scaleOf(c)
	var boxes []box
	for i, label := range c.Labels {
		up, down := 0.0, 0.0
		for n, series := range c.Series {
			if i >= len(series.Marks) {
				continue
			}
			mark := series.Marks[i]
			b := box{series: n, negative: mark.Value < 0, href: mark.Href, title: strings.Trim(series.Name+", "+label+": "+mark.Text, ", ")}
			from, to := 0.0, float64(mark.Value)
			if c.Kind == Stacked && to >= 0 {
				from, to = up, up+to
				up = to
			} else if c.Kind == Stacked {
				from, to = down, down+to
				down = to
			}
			b.y, b.h = s.y(max(from, to)), math.Abs(s.y(from)-s.y(to))
			b.x, b.w = c.across(i, n)
			boxes = append(boxes, b)
		}
	}
	return boxes
}

// across is a bar's left edge and width: a group of bars a label, or one place that stacked parts and points share.
func (c ChartProps) across(i, series int) (x, w float64) {
	x, slot := c.slot(i)
	bars := float64(len(c.Series))
	if c.Kind != Bars {
		bars = 1
	}
	w = min(slot*0.62/bars, widestBar)
	x += (slot - w*bars) / 2
	if c.Kind == Bars {
		x += float64(series) * w
		w = max(w-gapBetweenBars, 1)
	}
	return x, w
}

// trace is the line through a series' values, as points of a polyline.
func (c ChartProps) trace(series int) string {
	s := scaleOf(c)
	var points []string
	for i, mark := range c.Series[series].Marks {
		x, slot := c.slot(i)
		points = append(points, px(x+slot/2)+","+px(s.y(float64(mark.Value))))
	}
	return strings.Join(points, " ")
}

// labelEvery thins the labels of a long axis so that they do not run into each other.
func (c ChartProps) labelEvery() int {
	longest := 1
	for _, label := range c.Labels {
		longest = max(longest, len([]rune(label)))
	}
	_, slot := c.slot(0)
	return max(1, int(math.Ceil(float64(longest+1)*c.letter()/slot)))
}

// letter is the width a letter of a label takes.
func (c ChartProps) letter() float64 {
	if c.Small {
		return 13
	}
	return 6.6
}

// labeled says whether a place on the axis shows its label; a small drawing has no room for half of one at its end.
func (c ChartProps) labeled(i int) bool {
	x, slot := c.slot(i)
	half := float64(len([]rune(c.Labels[i]))) * c.letter() / 2.4
	return i%c.labelEvery() == 0 && (!c.Small || x+slot/2+half <= plotWidth)
}

func px(value float64) string { return strconv.FormatFloat(math.Round(value*10)/10, 'f', -1, 64) }

func seriesClass(n int) string { return fmt.Sprintf("s%d", n%6+1) }

// dataTable is the chart as a table, for those who read rather than look, and for paper.
func (c ChartProps) dataTable() TableProps {
	table := TableProps{Caption: c.Title, Columns: []Column{{Label: either(c.Head, "Period"), Kind: Tight}}, Wide: len(c.Series) > 4}
	for _, series := range c.Series {
		table.Columns = append(table.Columns, Column{Label: series.Name, Kind: Figures})
	}
	for i, label := range c.Labels {
		row := Row{Cells: Cells(Text(label))}
		for _, series := range c.Series {
			switch {
			case i >= len(series.Marks):
				row.Cells = append(row.Cells, Nothing())
			case series.Marks[i].Href != "":
				row.Cells = append(row.Cells, Link(series.Marks[i].Text, series.Marks[i].Href))
			default:
				row.Cells = append(row.Cells, Text(series.Marks[i].Text))
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
