package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Field is one thing that is wrong in a document or a form.
type Field struct {
	Path    string // where: "lines[2].fixed.quantity", the name of a form's input
	Value   string // what was sent, as it was sent; "" when nothing was
	Message string // a sentence that names the way out
	Line    int    // the document's line, from 1; 0 when it is not known
}

// String gives "path: message (value)", with the line in front when known.
func (f Field) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Message)
	if f.Value != "" {
		b.WriteString(" (" + f.Value + ")")
	}
	return b.String()
}

// invalidFields is an Invalid fault that can be shown beside each input.
type invalidFields []Field

func (e invalidFields) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Is makes a list of fields an Invalid fault.
func (e invalidFields) Is(target error) bool { return target == Invalid }

// InvalidFields returns one Invalid error for all that is wrong, so that a
// person corrects a document once and not once per mistake. With no fields it
// is nil: `return fault.InvalidFields(problems...)` ends a check.
func InvalidFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return invalidFields(append([]Field(nil), fields...))
}

// Fields returns the fields of an InvalidFields error, however wrapped, or nil.
func Fields(err error) []Field {
	var e invalidFields
	if !errors.As(err, &e) {
		return nil
	}
	return append([]Field(nil), e...)
}

// maxQuoted is how much of a refused text a message repeats.
const maxQuoted = 40

// Quote shows what was sent, inside quotes and with invisible characters
// spelled out, without letting it fill the screen.
func Quote(s string) string {
	shown := 0
	for i := range s {
		if shown == maxQuoted {
			return fmt.Sprintf("%q", s[:i]+"...")
		}
		shown++
	}
	return fmt.Sprintf("%q", s)
}
