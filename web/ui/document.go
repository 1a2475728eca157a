package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

func (d DocumentProps) at(line int) []Remark {
	var here []Remark
	for _, remark := range d.Remarks {
		if remark.Line == line {
			here = append(here, remark)
		}
	}
	return here
}

func (d DocumentProps) lineClass(line int) string {
	here := d.at(line)
	if len(here) == 0 {
		return ""
	}
	return "marked " + either(string(here[0].Tone), string(Bad))
}

// codeLine is written here and not in templ because every blank of a document counts.
func codeLine(tokens []token) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var line strings.Builder
		for _, token := range tokens {
			text := templ.EscapeString(token.text)
			if token.class != "" {
				text = `<span class="` + token.class + `">` + text + `</span>`
			}
			line.WriteString(text)
		}
		_, err := io.WriteString(w, line.String())
		return err
	})
}

// token is a stretch of a line with the class that colors it.
type token struct{ text, class string }

// highlight tells keys, strings and comments of a YAML text apart, line by line. It reads one line at a time and so
// knows nothing of block scalars: a wrong color is the worst that can come of it, the text itself is never changed.
func highlight(text string) [][]token {
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	all := make([][]token, len(lines))
	for i, line := range lines {
		all[i] = highlightLine(line)
	}
	return all
}

func highlightLine(line string) []token {
	var tokens []token
	add := func(text, class string) {
		if text != "" {
			tokens = append(tokens, token{text, class})
		}
	}
	code, comment := cutComment(line)
	body := strings.TrimLeft(code, " -")
	add(code[:len(code)-len(body)], "")
	if key, rest, ok := cutKey(body); ok {
		add(key, "k")
		add(":", "")
		body = rest
	}
	trimmed := strings.TrimSpace(body)
	quoted := strings.HasPrefix(trimmed, `"`) || strings.HasPrefix(trimmed, "'")
	if quoted {
		add(body, "s")
	} else {
		add(body, "")
	}
	add(comment, "c")
	return tokens
}

// cutComment splits at a # that starts the line or follows a space, outside quotes.
func cutComment(line string) (code, comment string) {
	quote := rune(0)
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#' && (i == 0 || line[i-1] == ' '):
			return line[:i], line[i:]
		}
	}
	return line, ""
}

// cutKey splits "key: value"; a key is one word, so that a time or an address in a text is not taken for one.
func cutKey(body string) (key, rest string, ok bool) {
	key, rest, ok = strings.Cut(body, ":")
	if !ok || key == "" || strings.ContainsAny(key, " \"'{[") || (rest != "" && rest[0] != ' ') {
		return "", body, false
	}
	return key, rest, true
}
