package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ratable/demo"
)

// patience ends a step that hangs; no test depends on how fast one is.
const patience = 2 * time.Minute

// tab is a window of a browser with cookies of its own. What a page's console complains about, refusals of the
// Content-Security-Policy among it, fails the test.
type tab struct {
	t    testing.TB
	site *site
	ctx  context.Context

	mu     sync.Mutex
	at     string
	awaits map[int]bool // statuses besides success that this step is about
}

// tab opens a window; the browser is one that chromium started.
func (s *site) tab(t testing.TB, browser context.Context) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	w := &tab{t: t, site: s, ctx: ctx, awaits: map[int]bool{}}
	var complaints []string
	err := chromedp.Listen(ctx, func(event any) {
		if _, asks := event.(*page.EventJavascriptDialogOpening); asks { // whether to leave a form half filled in
			go func() {
				_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		}
		if text := complaint(event); text != "" {
			w.mu.Lock()
			defer w.mu.Unlock()
			if !w.expected(text) {
				complaints = append(complaints, w.at+": "+text)
			}
		}
	})
	if err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, c := range complaints {
			t.Errorf("the console says on %s", c)
		}
	})
	w.window(1280, 900)
	return w
}

// complaint is what an event of the console complains about.
func complaint(event any) string {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		return text
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			return e.Entry.Text
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "assert" {
			return fmt.Sprintf("console.%s %v", e.Type, e.Args)
		}
	}
	return ""
}

// expected says that the console only repeats a status that the step is about.
func (w *tab) expected(text string) bool {
	for status := range w.awaits {
		if strings.Contains(text, fmt.Sprintf("status of %d", status)) {
			return true
		}
	}
	return false
}

// expects allows answers that are no success, such as 422 to a form with a mistake.
func (w *tab) expects(statuses ...int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range statuses {
		w.awaits[s] = true
	}
}

// run performs an action; it must succeed.
func run[T any](w *tab, doing string, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	out, err := chromedp.Run(ctx, action)
	if err != nil {
		w.t.Fatalf("%s, on %s: %v", doing, w.where(), err)
	}
	return out
}

func (w *tab) do(doing string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	run(w, doing, chromedp.Steps(steps...))
}

// eval asks the page; the script may be a promise.
func eval[T any](w *tab, script string) T {
	w.t.Helper()
	return run(w, "ask the page", chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

func (w *tab) where() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *tab) goes(path string) {
	w.mu.Lock()
	w.at = path
	w.mu.Unlock()
}

// open goes to an address and wants the page to be there.
func (w *tab) open(path string) {
	w.t.Helper()
	w.goes(path)
	r := run(w, "open", chromedp.NavigateResponse(w.site.url+path))
	w.arrived(r)
}

func (w *tab) arrived(r *network.Response) {
	w.t.Helper()
	path := eval[string](w, `location.pathname + location.search`)
	w.goes(path)
	w.mu.Lock()
	fine := r == nil || r.Status < 400 || w.awaits[int(r.Status)]
	w.mu.Unlock()
	if !fine {
		w.t.Fatalf("%s answers %d:\n%s\n%s", path, r.Status, w.text(), w.site.log)
	}
}

// settle waits until what the page asks for by itself has come: while it is under way, what it replaces is faint.
func (w *tab) settle() {
	w.t.Helper()
	eval[bool](w, `new Promise((done) => {
		if (!document.querySelector("[hx-trigger]")) return done(true);
		let quiet = 0;
		const look = () => {
			quiet = document.querySelector(".htmx-request") ? 0 : quiet + 50;
			if (quiet >= 600) done(true); else setTimeout(look, 50);
		};
		look();
	})`)
}

// text is what the page's main part shows.
func (w *tab) text() string {
	w.t.Helper()
	return eval[string](w, `(document.querySelector("main") || document.body).innerText`)
}

// sees fails the test unless the page shows every text.
func (w *tab) sees(texts ...string) {
	w.t.Helper()
	shown := w.text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			w.t.Fatalf("%s does not show %q; it shows:\n%s", w.where(), text, shown)
		}
	}
}

// window sets the size of what is seen, in CSS pixels.
func (w *tab) window(width, height int64) {
	w.t.Helper()
	w.do("size the window", chromedp.EmulateViewport(width, height))
}

// media sets the color scheme, and the medium: "" or "print".
func (w *tab) media(scheme, medium string) {
	w.t.Helper()
	w.do("set the medium", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// signIn signs somebody in by the form, in the place of who was.
func (w *tab) signIn(l demo.Login) {
	w.t.Helper()
	w.do("forget who was signed in", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
	w.open("/login")
	w.fill("E-mail", l.Email)
	w.fill("Password", l.Password)
	w.press("Sign in")
	if strings.HasPrefix(w.where(), "/login") {
		w.t.Fatalf("%s cannot sign in:\n%s", l.Name, w.text())
	}
}
