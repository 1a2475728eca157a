package mail

import (
	"bytes"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// compose writes an e-mail in RFC 5322 form. Header injection was refused when it was enqueued; go-mail encodes what is not ASCII.
func compose(e Email) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.FromFormat(e.From.Name, e.From.Email); err != nil {
		return nil, fmt.Errorf("sender %s: %w", e.From.Email, err)
	}
	if e.ReplyTo.Email != "" {
		if err := m.ReplyToFormat(e.ReplyTo.Name, e.ReplyTo.Email); err != nil {
			return nil, fmt.Errorf("reply address %s: %w", e.ReplyTo.Email, err)
		}
	}
	for _, a := range e.To {
		if err := m.AddToFormat(a.Name, a.Email); err != nil {
			return nil, fmt.Errorf("recipient %s: %w", a.Email, err)
		}
	}
	for _, a := range e.Cc {
		if err := m.AddCcFormat(a.Name, a.Email); err != nil {
			return nil, fmt.Errorf("copy to %s: %w", a.Email, err)
		}
	}
	m.Subject(e.Subject)
	m.SetMessageIDWithValue(strings.Trim(e.MessageID, "<>"))
	m.SetDateWithValue(e.Date)
	// RFC 3834: keeps out-of-office robots from answering.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, e.Text)
	if e.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, e.HTML)
	}
	for _, a := range e.Attachments {
		err := m.AttachReader(a.Name, bytes.NewReader(a.Content), gomail.WithFileContentType(gomail.ContentType(a.ContentType)))
		if err != nil {
			return nil, fmt.Errorf("attachment %s: %w", a.Name, err)
		}
	}
	return m, nil
}
