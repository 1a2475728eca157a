package mail

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"ratable/internal/fault"
)

// check refuses what could not be sent, and above all what would become a header of its own: a line break in a subject, name or address.
func (m Message) check() error {
	var bad []fault.Field
	add := func(path, value, message string) {
		bad = append(bad, fault.Field{Path: path, Value: value, Message: message})
	}
	if m.Key == "" {
		add("key", "", "is missing")
	}
	if strings.TrimSpace(m.Subject) == "" {
		add("subject", "", "is missing")
	}
	if !oneLine(m.Subject) {
		add("subject", m.Subject, "must be one line without control characters")
	}
	if !oneLine(m.Key) {
		add("key", m.Key, "must be one line without control characters")
	}
	for path, body := range map[string]string{"text": m.Text, "html": m.HTML} {
		if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
			add(path, "", "must be valid UTF-8 without NUL")
		}
	}
	if m.Text == "" {
		add("text", "", "is missing: not everyone reads HTML")
	}
	bad = append(bad, m.checkAddresses()...)
	for i, a := range m.Attachments {
		if a.Name == "" || !oneLine(a.Name) || strings.ContainsAny(a.Name, `/\`) {
			add(fmt.Sprintf("attachments[%d].name", i), a.Name, "must be a plain file name")
		}
		if !oneLine(a.ContentType) || !strings.Contains(a.ContentType, "/") {
			add(fmt.Sprintf("attachments[%d].content_type", i), a.ContentType, "must be a media type such as application/pdf")
		}
	}
	for i, d := range m.Documents {
		if d.Kind == "" || d.Ref == "" {
			add(fmt.Sprintf("documents[%d]", i), d.Kind+":"+d.Ref, "must name a kind and a reference")
		}
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

func (m Message) checkAddresses() (bad []fault.Field) {
	if len(m.To) == 0 {
		bad = append(bad, fault.Field{Path: "to", Message: "names nobody"})
	}
	one := func(path string, a Address) {
		switch {
		case !oneLine(a.Email) || !oneLine(a.Name):
			bad = append(bad, fault.Field{Path: path, Value: a.Name + " <" + a.Email + ">", Message: "must be one line without control characters"})
		case !bareAddress(a.Email):
			bad = append(bad, fault.Field{Path: path, Value: a.Email, Message: "is not an e-mail address"})
		}
	}
	one("from", m.From)
	if m.ReplyTo != (Address{}) {
		one("reply_to", m.ReplyTo)
	}
	for i, a := range m.To {
		one(fmt.Sprintf("to[%d]", i), a)
	}
	for i, a := range m.Cc {
		one(fmt.Sprintf("cc[%d]", i), a)
	}
	return bad
}

// bareAddress accepts local@domain only: "Name <a@b>" in the address field would hide who is written to.
func bareAddress(s string) bool {
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && !strings.ContainsAny(s, "<>\", ")
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}
