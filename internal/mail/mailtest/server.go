package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"mime/quotedprintable"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Server is a running SMTP server. It can be stopped and started again on the same port.
type Server struct {
	t       testing.TB
	address string
	ca      string
	tls     *tls.Config

	mu       sync.Mutex
	running  *smtp.Server
	received []Received
	answers  []Answer
	refuse   map[string]Answer
	sessions int
}

// New starts a server that ends with the test. It accepts everything until told otherwise.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, address: "127.0.0.1:0", refuse: map[string]Answer{}}
	s.certify()
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// URL is what SMTP_URL would hold.
func (s *Server) URL() string {
	return fmt.Sprintf("smtp://%s@%s?ca=%s", url.UserPassword(User, Password), s.address, url.QueryEscape(s.ca))
}

// Start listens, on the same port as before when it was stopped.
func (s *Server) Start() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		s.t.Fatalf("start SMTP server: %v", err)
	}
	s.address = l.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		s.sessions++
		s.mu.Unlock()
		return &session{server: s}, nil
	}))
	server.Domain, server.TLSConfig, server.MaxRecipients = "mail.test", s.tls, 50
	server.ErrorLog = log.New(io.Discard, "", 0)
	s.mu.Lock()
	s.running = server
	s.mu.Unlock()
	go func() { _ = server.Serve(l) }() // ends with an error when it is closed
}

// Stop closes the port and hangs up on everybody.
func (s *Server) Stop() {
	s.mu.Lock()
	server := s.running
	s.running = nil
	s.mu.Unlock()
	if server != nil {
		_ = server.Close()
	}
}

// Next decides the answers to the next messages, one each; after them everything is accepted again.
func (s *Server) Next(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answers...)
}

// RefuseRecipient answers every mail to an address with a code.
func (s *Server) RefuseRecipient(address string, code int, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[address] = Refuse(code, message)
}

// Received returns what the server took, in order.
func (s *Server) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.received...)
}

// Sessions is how many sessions were opened: STARTTLS opens a second one on the same connection.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

func (s *Server) refused(to string) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.refuse[to]
	return a, ok
}

func (s *Server) receive(m Received) error {
	s.mu.Lock()
	a := Accept()
	if len(s.answers) > 0 {
		a, s.answers = s.answers[0], s.answers[1:]
	}
	s.mu.Unlock()
	if a.Before != nil {
		a.Before()
	}
	if a.Code == 0 || a.Taken {
		s.mu.Lock()
		s.received = append(s.received, m)
		s.mu.Unlock()
	}
	return reply(a)
}

// certify makes a certificate for 127.0.0.1 that signs itself, and writes it where the client's ca parameter finds it.
func (s *Server) certify() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames: []string{"localhost"}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.ca = filepath.Join(s.t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func decode(encoding string, body io.Reader) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	return io.ReadAll(body)
}
