package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// line is a kept connection that sends one request again and again: a client that costs next to nothing, so that the figures
// are those of the server.
type line struct {
	conn    net.Conn
	read    *bufio.Reader
	request []byte
}

func dial(b *testing.B, address, path, token string) *line {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	must(b, err)
	b.Cleanup(func() { conn.Close() })
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nAuthorization: Bearer %s\r\n\r\n", path, token)
	return &line{conn, bufio.NewReaderSize(conn, 16<<10), []byte(request)}
}

var (
	okay   = []byte("HTTP/1.1 200 ")
	length = []byte("Content-Length: ")
)

// ask sends the request and reads the whole answer.
func (l *line) ask() error {
	if _, err := l.conn.Write(l.request); err != nil {
		return err
	}
	status, err := l.read.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, okay) {
		return fmt.Errorf("answered %s", textproto.TrimBytes(status))
	}
	size := 0
	for {
		header, err := l.read.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(header) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(header, length); ok {
			if size, err = strconv.Atoi(string(textproto.TrimBytes(value))); err != nil {
				return err
			}
		}
	}
	_, err = l.read.Discard(size)
	return err
}

// flatOut asks over all lines as fast as they answer, and says how many requests a second that is.
func flatOut(b *testing.B, lines []*line, during time.Duration) float64 {
	b.Helper()
	var done atomic.Int64
	var asking sync.WaitGroup
	start := time.Now()
	for _, l := range lines {
		asking.Go(func() {
			n := int64(0)
			for time.Since(start) < during {
				for range 32 {
					if err := l.ask(); err != nil {
						b.Error(err)
						return
					}
				}
				n += 32
			}
			done.Add(n)
		})
	}
	asking.Wait()
	return float64(done.Load()) / since(start)
}

// openLoop sends so many requests a second, whether or not earlier ones are answered, and says how long they took, sorted. Each
// is timed from the instant it should have been sent: one that waits behind a slow one counts its waiting.
func openLoop(b *testing.B, lines []*line, perSecond int, during time.Duration) []time.Duration {
	b.Helper()
	n := int(during.Seconds() * float64(perSecond))
	took := make([]time.Duration, n)
	start := time.Now().Add(10 * time.Millisecond)
	var asking sync.WaitGroup
	for at, l := range lines {
		asking.Go(func() {
			for i := at; i < n; i += len(lines) {
				due := start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
				for wait := time.Until(due); wait > 0; wait = time.Until(due) {
					time.Sleep(wait)
				}
				if err := l.ask(); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(due)
			}
		})
	}
	asking.Wait()
	slices.Sort(took)
	return took
}

// quantile is in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	return float64(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))].Microseconds()) / 1000
}
