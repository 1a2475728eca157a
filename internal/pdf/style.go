package pdf

import "strings"

// Style is how text is set. Figures have equal widths in both weights, so right-aligned money stands in columns.
type Style struct {
	Size    float64 // points
	Bold    bool
	Color   Color
	Leading float64 // line height as a multiple of Size; zero = 1.4
}

// With returns the style in another color, AsBold in the bold weight: the two changes an emphasis is made of.
func (st Style) With(c Color) Style { st.Color = c; return st }

// AsBold returns the style in the bold weight.
func (st Style) AsBold() Style { st.Bold = true; return st }

func (st Style) lineHeight() float64 {
	if st.Leading == 0 {
		return st.Size * 1.4
	}
	return st.Size * st.Leading
}

// capHeight is that of Noto Sans, as a part of the size.
const capHeight = 0.714

// baseline is its distance from the top of a line: capitals stand in the middle, so that texts of two sizes in one row look level.
func (st Style) baseline() float64 { return st.lineHeight()/2 + capHeight*st.Size/2 }

// Width measures one line of text in points.
func (st Style) Width(text string) float64 {
	c, _ := Clean(text)
	return st.width(c)
}

func (st Style) width(clean string) float64 {
	f, sum := faceOf(st.Bold), 0
	for _, r := range clean {
		sum += int(f.advance[r])
	}
	return float64(sum) * st.Size / 1000
}

// Height is that of the text set in lines no wider than width.
func (st Style) Height(text string, width float64) float64 {
	return float64(len(st.Wrap(text, width))) * st.lineHeight()
}

// Wrap breaks text at newlines and spaces into lines no wider than width. A word wider than that is cut between characters.
func (st Style) Wrap(text string, width float64) []string {
	c, _ := Clean(text)
	return st.wrap(c, width)
}

func (st Style) wrap(clean string, width float64) []string {
	var lines []string
	for para := range strings.SplitSeq(clean, "\n") {
		if st.width(para) <= width+tolerance {
			lines = append(lines, para)
			continue
		}
		lines = st.fill(lines, para, width)
	}
	return lines
}

// fill puts as many words on a line as it holds.
func (st Style) fill(lines []string, para string, width float64) []string {
	line := ""
	for _, word := range strings.Fields(para) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if st.width(longer) <= width+tolerance {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for st.width(word) > width+tolerance {
			n := st.prefix(word, width)
			lines, word = append(lines, word[:n]), word[n:]
		}
		line = word
	}
	return append(lines, line)
}

// prefix is how many bytes of the word fit: at least one character, so that a narrow column cannot loop.
func (st Style) prefix(word string, width float64) int {
	f, sum := faceOf(st.Bold), 0
	for i, r := range word {
		sum += int(f.advance[r])
		if i > 0 && float64(sum)*st.Size/1000 > width {
			return i
		}
	}
	return len(word)
}
