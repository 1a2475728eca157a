package browser

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// The relative folder is seen from this package, as go test runs it.
var save = flag.String("save", "", "write the screenshots of the documentation into this folder")

// largest is what a picture of the documentation may weigh.
const largest = 200 << 10

// picture is one screenshot: a page as somebody sees it.
type picture struct {
	name, who, page string
	dark, narrow    bool
	before          func(*tab) // what is done on the page before the picture is taken
}

var pictures = []picture{
	{name: "home", who: "finance", page: "/"},
	{name: "home-dark", who: "finance", page: "/", dark: true},
	{name: "contract", who: "finance", page: "/contracts/C-1001"},
	{name: "preview", who: "sales", page: "/contracts/new", before: func(w *tab) {
		w.fill("Title", "Orchard Foods, stores")
		w.fill("Customer", "orchard-foods")
		w.fill("First day", "2026-12-01")
		w.fill("Last day", "2027-11-30")
		w.fill("Product", "platform-seats")
		w.fill("Quantity", "25")
		w.fill("Unit price", "40")
		w.until("12,000.00")
		eval[bool](w, `document.activeElement.blur(), scrollTo(0, 0), true`)
	}},
	{name: "invoice", who: "finance", page: "/invoices/NLUS-2026-000200"},
	{name: "invoice-narrow", who: "finance", page: "/invoices/NLUS-2026-000200", narrow: true},
	{name: "schedule", who: "finance", page: "/revenue/contracts/C-1002"},
	{name: "waterfall", who: "finance", page: "/revenue"},
	{name: "trial-balance", who: "accountant", page: "/ledger"},
	{name: "runs", who: "finance", page: "/runs/new?job=invoices&as_of=2026-12-01"},
}

// TestScreenshotsOfTheDocumentationCanBeTaken takes them; with -save it also keeps them.
func TestScreenshotsOfTheDocumentationCanBeTaken(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	who := ""
	for _, p := range pictures {
		if p.who != who {
			who = p.who
			w.signIn(person(t, who))
		}
		taken := w.take(p)
		if len(taken) > largest {
			t.Errorf("the picture %s weighs %d KB, want at most %d", p.name, len(taken)/1024, largest/1024)
		}
		if *save == "" {
			continue
		}
		if err := os.MkdirAll(*save, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*save, p.name+".png"), taken, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// take makes one picture.
func (w *tab) take(p picture) []byte {
	w.t.Helper()
	w.media(map[bool]string{true: "dark", false: "light"}[p.dark], "")
	w.window(1280, 860)
	if p.narrow {
		w.window(390, 844)
	}
	w.open(p.page)
	if p.before != nil {
		p.before(w)
	}
	eval[bool](w, `document.fonts.ready.then(() => true)`)
	raw, err := png.Decode(bytes.NewReader(run(w, "take a picture", chromedp.CaptureScreenshot())))
	if err != nil {
		w.t.Fatalf("the picture %s is none: %v", p.name, err)
	}
	if n := len(counted(raw)); n < 20 {
		w.t.Errorf("the picture %s has %d colors: nothing is on it", p.name, n)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, reduced(raw)); err != nil {
		w.t.Fatal(err)
	}
	return out.Bytes()
}

// counted is how often each color occurs.
func counted(m image.Image) map[color.RGBA]int {
	colors := map[color.RGBA]int{}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			colors[color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)]++
		}
	}
	return colors
}

// reduced keeps the 256 most frequent colors of a page, and for the others, which are edges of letters, the nearest of
// them: a third of the bytes, and nobody sees it.
func reduced(m image.Image) image.Image {
	colors := counted(m)
	var frequent color.Palette
	for c := range colors {
		frequent = append(frequent, c)
	}
	slices.SortFunc(frequent, func(a, b color.Color) int {
		x, y := a.(color.RGBA), b.(color.RGBA)
		if d := colors[y] - colors[x]; d != 0 {
			return d
		}
		return int(x.R)<<16 + int(x.G)<<8 + int(x.B) - int(y.R)<<16 - int(y.G)<<8 - int(y.B)
	})
	out := image.NewPaletted(m.Bounds(), frequent[:min(256, len(frequent))])
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	return out
}
