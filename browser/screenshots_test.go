package browser

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
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
	dark            bool
	wide            int64      // the window, 1280 when 0
	before          func(*tab) // what is done on the page before the picture is taken
}

var pictures = []picture{
	{name: "home", who: "finance", page: "/"},
	{name: "home-dark", who: "finance", page: "/", dark: true},
	{name: "contract", who: "finance", page: "/contracts/C-1015"},
	{name: "preview", who: "sales", page: "/contracts/new", wide: 1680, before: func(w *tab) {
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
	{name: "invoice", who: "finance", page: "/contracts/C-1015", before: newestInvoice},
	{name: "invoice-narrow", who: "finance", page: "/contracts/C-1015", wide: 390, before: newestInvoice},
	{name: "schedule", who: "finance", page: "/revenue/contracts/C-1002"},
	{name: "waterfall", who: "finance", page: "/revenue"},
	{name: "trial-balance", who: "accountant", page: "/ledger"},
	{name: "why", who: "accountant", page: "/revenue/contracts/C-1007/lines/seats/months/2026-03"},
	{name: "reconciliations", who: "accountant", page: "/reconciliations"},
	{name: "close", who: "accountant", page: "/close/checklist?month=2026-11"},
	{name: "judgment", who: "accountant", page: "/contracts/C-1007/judgment"},
	{name: "usage-skus", who: "finance", page: "/search?q=fernhill", before: onward("/usage/customers/")},
	{name: "spending", who: "finance", page: "/search?q=lumen+bank", before: onward("/spending")},
	{name: "side-by-side", who: "finance", page: "/imports/cohorts/tidewater/compare"},
	{name: "runs", who: "finance", page: "/runs/new?job=invoices&as_of=2026-12-01"},
}

// onward goes where the first link to such an address leads.
func onward(part string) func(*tab) {
	return func(w *tab) {
		w.open(eval[string](w, `document.querySelector("main a[href*='`+part+`']").getAttribute("href")`))
	}
}

// newestInvoice goes from a contract to the invoice issued last.
func newestInvoice(w *tab) {
	w.open(eval[string](w, `document.querySelector("a[href^='/invoices/']").getAttribute("href")`))
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
	w.window(cmp.Or(p.wide, 1280), 860)
	w.open(p.page)
	if p.before != nil {
		p.before(w)
	}
	eval[bool](w, `document.fonts.ready.then(() => true)`)
	raw, err := png.Decode(bytes.NewReader(run(w, "take a picture", chromedp.CaptureScreenshot())))
	if err != nil {
		w.t.Fatalf("the picture %s is none: %v", p.name, err)
	}
	out, colors := reduced(raw)
	if colors < 20 {
		w.t.Errorf("the picture %s has %d colors: nothing is on it", p.name, colors)
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, out); err != nil {
		w.t.Fatal(err)
	}
	return file.Bytes()
}

// reduced takes the shades that no eye tells apart together and keeps the 256 most frequent ones: the rest are edges of
// letters. A third of the bytes are left. It also says how many there were.
func reduced(m image.Image) (image.Image, int) {
	shade := func(v uint32) uint8 { return uint8((v>>8 + 4) / 8 * 255 / 32) }
	often := map[color.RGBA]int{}
	flat := image.NewRGBA(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			c := color.RGBA{shade(r), shade(g), shade(b), 255}
			often[c]++
			flat.SetRGBA(x, y, c)
		}
	}
	all := slices.SortedFunc(maps.Keys(often), func(a, b color.RGBA) int {
		return cmp.Or(often[b]-often[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range all[:min(256, len(all))] {
		palette = append(palette, c)
	}
	out := image.NewPaletted(m.Bounds(), palette)
	draw.Draw(out, out.Bounds(), flat, flat.Bounds().Min, draw.Src)
	return out, len(all)
}
