package pdf

import (
	"bytes"
	"compress/zlib"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"sync"
)

// Each weight is embedded twice with the same metrics: as much of Noto Sans as a European or American name needs, and code page 1252 only.
var (
	//go:embed font/NotoSans-Regular.ttf
	regularTTF []byte
	//go:embed font/NotoSans-Bold.ttf
	boldTTF []byte
	//go:embed font/NotoSans-Regular-latin.ttf
	regularLatinTTF []byte
	//go:embed font/NotoSans-Bold-latin.ttf
	boldLatinTTF []byte
)

// A face is one weight, read once per process.
type face struct {
	style   string // gofpdf's: "" or "B"
	wide    []byte // the TrueType file; never handed out, only copied: gofpdf writes into what it is given
	latin   []byte // the 8-bit face, deflated, ready to be put into a file
	latinAs []byte // its definition for gofpdf
	// advance is the width of a character in thousandths of the size; characters above U+FFFF are cleaned away before.
	advance [1 << 16]uint16
	glyph   [1 << 16]bool
}

func (f *face) has(r rune) bool { return r < 1<<16 && r >= 0 && f.glyph[r] }

// faces are read on first use: a command that draws nothing does not pay for them.
var faces = sync.OnceValue(func() [2]*face {
	return [2]*face{
		newFace("", "NotoSans", 400, regularTTF, regularLatinTTF),
		newFace("B", "NotoSans-Bold", 700, boldTTF, boldLatinTTF),
	}
})

func faceOf(bold bool) *face {
	if bold {
		return faces()[1]
	}
	return faces()[0]
}

// copies recycles the buffers in which gofpdf may scribble over a font.
var copies = sync.Pool{New: func() any { return new([]byte) }}

func newFace(style, name string, weight int, wide, latin []byte) *face {
	f := &face{style: style, wide: wide}
	t := parseTTF(wide)
	for r, gid := range t.glyphs {
		f.glyph[r], f.advance[r] = true, t.advance(gid)
	}
	f.latin = deflate(latin)
	f.latinAs = latinDefinition(name, weight, latin, f)
	return f
}

// latinDefinition is what gofpdf's makefont would write for the file.
func latinDefinition(name string, weight int, file []byte, f *face) []byte {
	t := parseTTF(file)
	widths := make([]int, 256)
	for b := range widths {
		r := rune(b)
		if b >= 0x80 && b < 0xA0 {
			r = latin1252[b-0x80]
		}
		widths[b] = int(f.advance[r])
	}
	type box struct{ Xmin, Ymin, Xmax, Ymax int }
	def := map[string]any{
		"Tp": "TrueType", "Name": name, "Enc": "cp1252", "Cw": widths, "Up": -100, "Ut": 50,
		"File": name + ".z", "OriginalSize": len(file),
		"Desc": map[string]any{
			"Ascent": t.ascent, "Descent": t.descent, "CapHeight": int(capHeight * 1000), "Flags": 32, // 32 = nonsymbolic
			"FontBBox": box{t.box[0], t.box[1], t.box[2], t.box[3]},
			// The usual estimate from the weight (also gofpdf's own).
			"StemV": 50 + (weight/65)*(weight/65), "MissingWidth": int(f.advance[Replacement]),
		},
	}
	out, err := json.Marshal(def)
	if err != nil {
		panic(err)
	}
	return out
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression) // the level is valid
	_, _ = w.Write(b)                                       // a bytes.Buffer does not fail
	_ = w.Close()
	return out.Bytes()
}

// ttf is what is needed of a TrueType file: OpenType specification 1.9, tables head, hhea, hmtx, cmap format 4.
type ttf struct {
	glyphs          map[rune]int
	hmtx            []byte
	metrics         int
	ascent, descent int
	box             [4]int
}

func (t ttf) advance(gid int) uint16 {
	return binary.BigEndian.Uint16(t.hmtx[4*min(gid, t.metrics-1):])
}

func parseTTF(b []byte) ttf {
	u16 := func(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	i16 := func(b []byte, at int) int { return int(int16(u16(b, at))) }
	tables := map[string][]byte{}
	for i := range u16(b, 4) {
		rec := b[12+16*i:]
		off, n := binary.BigEndian.Uint32(rec[8:]), binary.BigEndian.Uint32(rec[12:])
		tables[string(rec[:4])] = b[off : off+n]
	}
	head, hhea := tables["head"], tables["hhea"]
	if u16(head, 18) != 1000 {
		panic("pdf: an embedded face is not drawn on 1000 units")
	}
	t := ttf{hmtx: tables["hmtx"], metrics: u16(hhea, 34), ascent: i16(hhea, 4), descent: i16(hhea, 6), glyphs: map[rune]int{}}
	for i := range t.box {
		t.box[i] = i16(head, 36+2*i)
	}
	cmap := tables["cmap"]
	for i := range u16(cmap, 2) {
		sub := cmap[binary.BigEndian.Uint32(cmap[8+8*i:]):]
		if u16(sub, 0) == 4 {
			t.readFormat4(sub)
		}
	}
	return t
}

// readFormat4 reads a segment mapping: runs of characters, each with a delta or an array of glyph numbers.
func (t *ttf) readFormat4(b []byte) {
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	segs := u16(6) / 2
	for i := range segs {
		end, start := u16(14+2*i), u16(16+2*segs+2*i)
		delta, offAt := u16(16+4*segs+2*i), 16+6*segs+2*i
		for c := start; c <= end && c < 0xFFFF; c++ {
			gid := (c + delta) & 0xFFFF
			if off := u16(offAt); off != 0 {
				if gid = u16(offAt + off + 2*(c-start)); gid != 0 {
					gid = (gid + delta) & 0xFFFF
				}
			}
			if gid != 0 {
				t.glyphs[rune(c)] = gid
			}
		}
	}
}
