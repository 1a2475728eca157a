package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// gofpdf makes a new deflater, more than a megabyte, for every page, which is most of what a small document costs. So it writes the
// pages plain, and pack deflates them with writers that are used again.
var deflaters = sync.Pool{New: func() any {
	w, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // the level is valid
	return w
}}

var (
	plainStream = []byte(">>\nstream\n")
	endStream   = []byte("\nendstream\n")
)

// pack deflates the plain streams of a file gofpdf wrote and writes its table of offsets anew. ISO 32000-1, 7.5.4: an entry is 20 bytes.
// It panics on what gofpdf does not write: that is a change of the library, not of a document.
func pack(file []byte) []byte {
	start := bytes.LastIndex(file, []byte("startxref\n"))
	table := atoi(file[start+len("startxref\n"):])
	trailer := table + bytes.Index(file[table:], []byte("trailer\n"))
	entries := bytes.Split(bytes.TrimSuffix(file[table:trailer], []byte("\n")), []byte("\n"))[3:] // xref, the range, and the free entry
	offsets := make([]int, len(entries))
	for i, e := range entries {
		offsets[i] = atoi(bytes.TrimLeft(e[:10], "0"))
	}
	inFile := slices.Sorted(slices.Values(offsets))
	moved := make(map[int]int, len(offsets))
	var out bytes.Buffer
	out.Grow(len(file))
	out.Write(file[:inFile[0]])
	for i, at := range inFile {
		end := table
		if i+1 < len(inFile) {
			end = inFile[i+1]
		}
		moved[at] = out.Len()
		packObject(&out, file[at:end])
	}
	at := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", moved[o])
	}
	out.Write(file[trailer:start])
	fmt.Fprintf(&out, "startxref\n%d\n%%%%EOF\n", at)
	return out.Bytes()
}

// packObject copies an object, deflating its stream when it is plain: when /Length is all that its dictionary says.
func packObject(out *bytes.Buffer, object []byte) {
	head, rest, found := bytes.Cut(object, []byte("\n<</Length "))
	digits := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if !found || bytes.ContainsRune(head, '\n') || digits < 0 || !bytes.HasPrefix(rest[digits:], plainStream) {
		out.Write(object)
		return
	}
	length, data := atoi(rest), rest[digits+len(plainStream):]
	var packed bytes.Buffer
	w := deflaters.Get().(*zlib.Writer)
	w.Reset(&packed)
	_, _ = w.Write(data[:length]) // a bytes.Buffer does not fail
	_ = w.Close()
	deflaters.Put(w)
	if !bytes.HasPrefix(data[length:], endStream) {
		panic("pdf: a stream is not as long as it says")
	}
	fmt.Fprintf(out, "%s\n<</Filter /FlateDecode /Length %d>>\nstream\n", head, packed.Len())
	out.Write(packed.Bytes())
	out.Write(data[length:])
}

// atoi reads the digits b begins with.
func atoi(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(string(b[:n]))
	if err != nil {
		panic("pdf: no number where gofpdf writes one")
	}
	return v
}
