package usage

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"ratable/internal/fault"
)

// jsonReader is a strict JSON reader. encoding/json mends what it reads: it takes
// the last of two equal names, matches names in any case, and turns broken UTF-8
// and lone surrogates into U+FFFD, so that two different ids could become one.
// Here each of those is an error. (RFC 8259; RFC 7493 for what it leaves open.)
type jsonReader struct {
	b []byte
	i int
}

// maxDepth bounds nesting, and with it the stack.
const maxDepth = 32

// errorAt names the place a person can find in an editor.
func (r *jsonReader) errorAt(at int, format string, args ...any) error {
	line := 1 + bytes.Count(r.b[:at], []byte{'\n'})
	column := at - bytes.LastIndexByte(r.b[:at], '\n')
	return fmt.Errorf("line %d, column %d: %s", line, column, fmt.Sprintf(format, args...))
}

func (r *jsonReader) space() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// peek skips white space and gives the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	r.space()
	if r.i == len(r.b) {
		return 0
	}
	return r.b[r.i]
}

func (r *jsonReader) expect(c byte) error {
	if r.peek() != c {
		return r.unexpected(fmt.Sprintf("%q", c))
	}
	r.i++
	return nil
}

func (r *jsonReader) unexpected(wanted string) error {
	if r.i >= len(r.b) {
		return r.errorAt(len(r.b), "the document ends where %s should be", wanted)
	}
	c, size := utf8.DecodeRune(r.b[r.i:])
	if c == utf8.RuneError && size == 1 {
		return r.errorAt(r.i, "the document is not valid UTF-8")
	}
	return r.errorAt(r.i, "%q stands where %s should be", c, wanted)
}

// object calls member for each name, with the reader before its value. A name
// may stand once.
func (r *jsonReader) object(member func(name string) error) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	var few [12]string // without a map for the usual small object
	seen := few[:0]
	for first := true; ; first = false {
		if r.peek() == '}' && first {
			r.i++
			return nil
		}
		if r.peek() != '"' {
			return r.unexpected("a name in quotes")
		}
		at := r.i
		name, err := r.text()
		if err != nil {
			return err
		}
		for _, s := range seen {
			if s == name {
				return r.errorAt(at, "%q stands twice in one object", fault.Shown(name))
			}
		}
		if seen = append(seen, name); len(seen) > 2*maxDimensions {
			return r.errorAt(at, "an object has more than %d names", 2*maxDimensions)
		}
		if err := r.expect(':'); err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.i++
		case '}':
			r.i++
			return nil
		default:
			return r.unexpected("a comma or the closing brace")
		}
	}
}

// array calls element with the reader before each value.
func (r *jsonReader) array(element func(index int) error) error {
	if err := r.expect('['); err != nil {
		return err
	}
	if r.peek() == ']' {
		r.i++
		return nil
	}
	for index := 0; ; index++ {
		if err := element(index); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.i++
		case ']':
			r.i++
			return nil
		default:
			return r.unexpected("a comma or the closing bracket")
		}
	}
}

// text reads a string.
func (r *jsonReader) text() (string, error) {
	if r.peek() != '"' {
		return "", r.unexpected("a text in quotes")
	}
	start := r.i + 1
	for i := start; i < len(r.b); i++ {
		switch c := r.b[i]; {
		case c == '"':
			r.i = i + 1
			if !utf8.Valid(r.b[start:i]) {
				return "", r.errorAt(start, "the text is not valid UTF-8")
			}
			return string(r.b[start:i]), nil
		case c == '\\':
			return r.escapedText(start, i)
		case c < ' ':
			return "", r.errorAt(i, "the control character U+%04X stands unescaped in a text", c)
		}
	}
	return "", r.errorAt(len(r.b), "the document ends inside a text")
}

// escapedText is text from its first escape on, which starts at i.
func (r *jsonReader) escapedText(start, i int) (string, error) {
	out := append([]byte(nil), r.b[start:i]...)
	for i < len(r.b) {
		c := r.b[i]
		switch {
		case c == '"':
			r.i = i + 1
			if !utf8.Valid(out) {
				return "", r.errorAt(start, "the text is not valid UTF-8")
			}
			return string(out), nil
		case c == '\\':
			char, size, err := unescape(r.b[i:])
			if err != nil {
				return "", r.errorAt(i, "%s", err)
			}
			out = utf8.AppendRune(out, char)
			i += size
		case c < ' ':
			return "", r.errorAt(i, "the control character U+%04X stands unescaped in a text", c)
		default:
			out = append(out, c)
			i++
		}
	}
	return "", r.errorAt(len(r.b), "the document ends inside a text")
}

var plainEscapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape reads one escape, or two when they are a surrogate pair.
func unescape(b []byte) (char rune, size int, err error) {
	if len(b) < 2 {
		return 0, 0, errors.New("the document ends inside an escape")
	}
	if char, ok := plainEscapes[b[1]]; ok {
		return char, 2, nil
	}
	high, ok := hexEscape(b)
	if !ok {
		return 0, 0, errors.New("an unknown escape stands in a text")
	}
	if !utf16.IsSurrogate(high) {
		return high, 6, nil
	}
	low, ok := hexEscape(b[6:])
	if char := utf16.DecodeRune(high, low); ok && char != utf8.RuneError {
		return char, 12, nil
	}
	return 0, 0, errors.New("half a surrogate pair is not a character")
}

func hexEscape(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}

// number gives the spelling of a JSON number.
func (r *jsonReader) number() (string, error) {
	r.space()
	start := r.i
	for r.i < len(r.b) && bytes.IndexByte([]byte("+-.0123456789eE"), r.b[r.i]) >= 0 {
		r.i++
	}
	s := string(r.b[start:r.i])
	if !numberIsJSON(s) {
		r.i = start
		return "", r.unexpected("a number")
	}
	return s, nil
}

// numberIsJSON refuses what splitNumber takes and JSON does not: 007.
func numberIsJSON(s string) bool {
	if _, _, err := splitNumber(s); err != nil {
		return false
	}
	if s[0] == '-' {
		s = s[1:]
	}
	return s[0] != '0' || len(s) == 1 || s[1] < '0' || s[1] > '9'
}

// skip reads any value and forgets it.
func (r *jsonReader) skip(depth int) error {
	if depth > maxDepth {
		return r.errorAt(r.i, "the document nests deeper than %d levels", maxDepth)
	}
	switch c := r.peek(); c {
	case '{':
		return r.object(func(string) error { return r.skip(depth + 1) })
	case '[':
		return r.array(func(int) error { return r.skip(depth + 1) })
	case '"':
		_, err := r.text()
		return err
	case 't', 'f', 'n':
		for _, word := range []string{"true", "false", "null"} {
			if bytes.HasPrefix(r.b[r.i:], []byte(word)) {
				r.i += len(word)
				return nil
			}
		}
		return r.unexpected("a value")
	default:
		_, err := r.number()
		return err
	}
}
