// Package mailtest is a real SMTP server for tests: STARTTLS with a certificate of its own, AUTH, and answers a test decides on.
//
// It owns the conversation and what it captured. It does not own what a message should say: tests look at the parsed Received.
package mailtest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Received is a message the server was given.
type Received struct {
	From        string
	To          []string
	Raw         []byte
	Header      netmail.Header
	Subject     string // decoded
	Text, HTML  string
	Attachments []Attachment
}

// MessageID is the header with its brackets.
func (r Received) MessageID() string { return r.Header.Get("Message-Id") }

// Attachment is a part with a file name, decoded.
type Attachment struct {
	Name, ContentType string
	Content           []byte
}

// Answer is what the server says to a message. Code 0 accepts.
type Answer struct {
	Code    int
	Message string
	// Taken keeps the message although it is answered with an error: a server that accepted and then failed to say so.
	Taken bool
	// Before, when set, is called when the whole message has arrived and before it is answered: to be slow, or to look at the world.
	Before func()
}

// Accept takes the message; Refuse answers with a code.
func Accept() Answer                         { return Answer{} }
func Refuse(code int, message string) Answer { return Answer{Code: code, Message: message} }

// User and Password are what the server asks for.
const (
	User     = "ratable"
	Password = "correct horse"
)

type session struct {
	server *Server
	authed bool
	from   string
	to     []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		s.authed = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.authed {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if a, refused := s.server.refused(to); refused {
		return reply(a)
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := parse(raw)
	if err != nil {
		s.server.t.Errorf("the server was given a message it cannot read: %v\n%s", err, raw)
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "unreadable"}
	}
	m.From, m.To = s.from, s.to
	return s.server.receive(m)
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func reply(a Answer) error {
	if a.Code == 0 {
		return nil
	}
	return &smtp.SMTPError{Code: a.Code, EnhancedCode: smtp.EnhancedCode{a.Code / 100, 0, 0}, Message: a.Message}
}

func parse(raw []byte) (Received, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Received{}, err
	}
	r := Received{Raw: raw, Header: m.Header}
	if r.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return r, err
	}
	return r, r.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
}

// part reads one node of the tree of parts.
func (r *Received) part(contentType, encoding, name string, body io.Reader) error {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := r.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.FileName(), p); err != nil {
				return err
			}
		}
	}
	content, err := decode(encoding, body)
	if err != nil {
		return err
	}
	switch {
	case name != "":
		name, err = new(mime.WordDecoder).DecodeHeader(name)
		r.Attachments = append(r.Attachments, Attachment{name, media, content})
	case media == "text/html":
		r.HTML = string(content)
	default:
		r.Text = string(content)
	}
	return err
}

var _ smtp.AuthSession = (*session)(nil)
