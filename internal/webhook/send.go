package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"strconv"
	"strings"
	"time"
)

// How long a request may take, and how much of an answer is read. An endpoint should take an event, answer, and work on it afterwards.
const (
	connectTime = 5 * time.Second
	requestTime = 15 * time.Second
	// lease is how long a sender may take for one delivery: longer than a request.
	lease       = time.Minute
	readBody    = 4 << 10
	readHeaders = 16 << 10
)

// answer is what became of one request.
type answer struct {
	code       int // 0: it never came to an answer
	headers    http.Header
	body       string
	err        string
	retryAfter time.Duration
}

func (a answer) delivered() bool { return a.err == "" && a.code >= 200 && a.code < 300 }

// gone: the receiver says that nothing shall be sent here any more.
func (a answer) gone() bool { return a.code == http.StatusGone }

// why is the sentence a person reads.
func (a answer) why() string {
	switch {
	case a.err != "":
		return a.err
	case a.code >= 300 && a.code < 400:
		return fmt.Sprintf("%d %s: redirects are not followed; enter the address it leads to", a.code, http.StatusText(a.code))
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.code, http.StatusText(a.code)))
}

// clients are one for https and one for http: what each may connect to differs.
type clients struct{ secure, plain *http.Client }

func newClients(g Guard) clients { return clients{newClient(g, true), newClient(g, false)} }

func newClient(g Guard, secure bool) *http.Client {
	dialer := &net.Dialer{Timeout: connectTime, Control: g.control(secure)}
	return &http.Client{
		Timeout: requestTime,
		// A redirect would lead past what was entered, and past the log.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:       nil, // a proxy would resolve names itself, behind the guard's back
			DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: requestTime,
			MaxResponseHeaderBytes: readHeaders, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
			DisableCompression: true, // a small answer cannot become a large one
		},
	}
}

func (c clients) close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

func (c clients) post(ctx context.Context, url string, headers http.Header, body []byte) answer {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{err: printable(err.Error())}
	}
	request.Header = headers
	client := c.plain
	if request.URL.Scheme == "https" {
		client = c.secure
	}
	response, err := client.Do(request)
	if err != nil {
		var at *neturl.Error // repeats the address, which the log shows beside it
		if errors.As(err, &at) {
			err = at.Err
		}
		return answer{err: printable(err.Error())}
	}
	defer response.Body.Close()
	// What of the answer cannot be read does not matter: the code came.
	excerpt, _ := io.ReadAll(io.LimitReader(response.Body, readBody))
	return answer{code: response.StatusCode, headers: response.Header, body: printable(string(excerpt)), retryAfter: retryAfter(response.Header)}
}

// retryAfter is what an endpoint that is overloaded asks for, in seconds (RFC 9110, section 10.2.3).
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, longest)
}

// printable keeps an answer storable: PostgreSQL takes neither NUL nor broken UTF-8.
func printable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) > readBody {
		s = strings.ToValidUTF8(s[:readBody], "")
	}
	return s
}

// logged are headers as the log keeps them: without signatures, one value each.
func logged(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		if name == headerSignature || name == "Set-Cookie" || len(values) == 0 {
			continue
		}
		out[strings.ToLower(printable(name))] = printable(values[0])
	}
	return out
}
