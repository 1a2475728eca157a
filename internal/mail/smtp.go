package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"ratable/internal/fault"
)

// SMTP returns a transport for a server named by a URL:
//
//	smtp://user:password@smtp.example.com:587            STARTTLS required
//	smtps://user:password@smtp.example.com:465           TLS from the first byte
//	smtp://localhost:25                                  STARTTLS when the server offers it
//	smtp://relay.internal:25?tls=off                     in the clear, said so explicitly
//	smtp://smtp.example.com?ca=/etc/ratable/ca.pem       with a certificate authority of one's own
func SMTP(address string) (Transport, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The parser's message would repeat the password.
		return nil, fault.New(fault.Invalid, "SMTP_URL cannot be read: it should look like smtp://user:password@host:587")
	}
	options, port, err := smtpOptions(u)
	if err != nil {
		return nil, err
	}
	// A client that could not be built from these options would fail for every message: say so now.
	if _, err := gomail.NewClient(u.Hostname(), options...); err != nil {
		return nil, fault.New(fault.Invalid, "SMTP_URL: %v", err)
	}
	return &smtpTransport{host: u.Hostname(), port: port, options: options}, nil
}

func smtpOptions(u *url.URL) (options []gomail.Option, port int, err error) {
	invalid := func(format string, args ...any) ([]gomail.Option, int, error) {
		return nil, 0, fault.New(fault.Invalid, "SMTP_URL: "+format, args...)
	}
	if (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" {
		return invalid("it should look like smtp://user:password@host:587")
	}
	port = 587
	if u.Scheme == "smtps" {
		port = 465
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return invalid("port %s is not a port", p)
		}
	}
	config := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if ca := u.Query().Get("ca"); ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return invalid("ca: %v", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return invalid("ca: %s holds no certificate", ca)
		}
	}
	options = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(30 * time.Second), gomail.WithTLSConfig(config)}
	switch mode := u.Query().Get("tls"); {
	case mode != "" && mode != "off":
		return invalid("tls=%s is not known: only tls=off is", mode)
	case u.Scheme == "smtps" && mode == "off":
		return invalid("smtps cannot have tls=off")
	case u.Scheme == "smtps":
		options = append(options, gomail.WithSSL())
	case mode == "off":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case local(u.Hostname()):
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return options, port, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

type smtpTransport struct {
	host    string
	port    int
	options []gomail.Option
	mu      sync.Mutex
	idle    []*gomail.Client // connected, between messages
	closed  bool
}

func (t *smtpTransport) Name() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// Close hangs up on idle connections; those in use are closed when their message is done.
func (t *smtpTransport) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	var errs []error
	for _, c := range t.idle {
		errs = append(errs, c.Close())
	}
	t.idle = nil
	return errors.Join(errs...)
}

func (t *smtpTransport) Send(ctx context.Context, e Email) (string, error) {
	m, err := compose(e)
	if err != nil {
		return "", err
	}
	for {
		c, reused, err := t.connection(ctx)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		err = c.Send(m)
		var se *gomail.SendError
		if reused && errors.As(err, &se) && se.Reason == gomail.ErrConnCheck {
			_ = c.Close() // the server had hung up on an idle connection: nothing was said yet, so dial anew
			continue
		}
		return t.outcome(c, m, err)
	}
}

// connection takes an idle connection, or dials.
func (t *smtpTransport) connection(ctx context.Context) (c *gomail.Client, reused bool, err error) {
	t.mu.Lock()
	if n := len(t.idle); n > 0 {
		c, t.idle = t.idle[n-1], t.idle[:n-1]
	}
	t.mu.Unlock()
	if c != nil {
		return c, true, nil
	}
	if c, err = gomail.NewClient(t.host, t.options...); err != nil {
		return nil, false, err
	}
	return c, false, c.DialWithContext(ctx)
}

// outcome reads the answer. What the server took is delivered even when the connection broke right after.
func (t *smtpTransport) outcome(c *gomail.Client, m *gomail.Msg, err error) (string, error) {
	var se *gomail.SendError
	answered := errors.As(err, &se) && se.ErrorCode() >= 400
	if err == nil || (answered && se.ErrorCode() != 421) { // RFC 5321 3.8: after 421 the server hangs up
		t.keep(c)
	} else {
		_ = c.Close()
	}
	switch {
	case m.IsDelivered():
		return m.ServerResponse(), nil
	case answered:
		return "", &Refusal{Code: se.ErrorCode(), Reply: err.Error()}
	}
	return "", err
}

func (t *smtpTransport) keep(c *gomail.Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		_ = c.Close()
		return
	}
	t.idle = append(t.idle, c)
}
