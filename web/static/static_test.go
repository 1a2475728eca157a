package static

import (
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func stylesheet(t *testing.T) string {
	t.Helper()
	css, err := fs.ReadFile(Files(), "app.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(css)
}

func TestEveryTextColorMeetsAAInBothThemes(t *testing.T) {
	tokens := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(stylesheet(t), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	text := "canvas surface raised sunken hover"
	pairs := map[string]string{
		"text": text, "soft": text, "faint": text, "accent": "canvas surface sunken accent-wash hover",
		"on-accent": "accent-fill accent-fill-hover bad-fill",
		"good":      "good-wash surface sunken", "warn": "warn-wash surface canvas", "bad": "bad-wash surface raised hover", "info": "info-wash surface",
	}
	for front, backs := range pairs {
		for _, back := range strings.Fields(backs) {
			needContrast(t, tokens, front, back, 4.5)
		}
	}
	needContrast(t, tokens, "soft", "neutral-wash", 4.5)
	for _, meaning := range []string{"good", "warn", "bad", "info", "neutral"} {
		needContrast(t, tokens, "text", meaning+"-wash", 4.5)
	}
	// What is drawn, not read, needs three to one (WCAG 1.4.11).
	for _, drawn := range []string{"control", "c1", "c2", "c3", "c4", "c5", "c6"} {
		needContrast(t, tokens, drawn, "surface", 3)
	}
}

func needContrast(t *testing.T, tokens map[string][2]string, front, back string, least float64) {
	t.Helper()
	for theme, name := range []string{"light", "dark"} {
		a, b := tokens[front][theme], tokens[back][theme]
		if a == "" || b == "" {
			t.Errorf("token --%s or --%s is not in the stylesheet", front, back)
			return
		}
		if got := contrast(a, b); got < least {
			t.Errorf("%s: --%s %s on --%s %s has a contrast of %.2f, needs %.1f", name, front, a, back, b, got, least)
		}
	}
}

// contrast is WCAG 2's: (lighter + 0.05) / (darker + 0.05) of relative luminance.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	rgb, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(rgb>>(8*i)&255) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestNothingIsFetchedFromAnotherHost(t *testing.T) {
	for _, m := range regexp.MustCompile(`(?i)(https?:)?//[a-z]|@import`).FindAllString(stylesheet(t), -1) {
		t.Errorf("the stylesheet reaches out: %q", m)
	}
	for _, m := range regexp.MustCompile(`url\("([^"]+)"\)`).FindAllStringSubmatch(stylesheet(t), -1) {
		if hashes[m[1]] == "" {
			t.Errorf("the stylesheet names %q, which is not embedded", m[1])
		}
	}
}

func TestVendoredFilesCarryTheirLicence(t *testing.T) {
	for _, name := range []string{"htmx.LICENSE.txt", "inter.LICENSE.txt"} {
		if hashes[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestOnlyAHashedAddressIsKeptForAYear(t *testing.T) {
	for _, c := range []struct{ url, cache, kind string }{
		{Path("app.css"), "immutable", "text/css"},
		{"/static/app.css?v=old", "max-age=3600", "text/css"},
		{"/static/inter-latin.woff2", "max-age=3600", "font/woff2"},
		{Path("app.js"), "immutable", "javascript"},
		{Path("icon.svg"), "immutable", "image/svg+xml"},
	} {
		got := get(c.url, "")
		if got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Cache-Control"), c.cache) || !strings.Contains(got.Header().Get("Content-Type"), c.kind) {
			t.Errorf("GET %s: %d %v, want 200 with %s and %s", c.url, got.Code, got.Header(), c.cache, c.kind)
		}
	}
}

func TestAFileKeptByTheBrowserIsNotSentAgain(t *testing.T) {
	etag := get("/static/app.css", "").Header().Get("ETag")
	if got := get("/static/app.css", etag); got.Code != http.StatusNotModified {
		t.Errorf("asked again with ETag %s: %d, want 304", etag, got.Code)
	}
}

func TestThereIsNoFolderListingAndNoWayOut(t *testing.T) {
	for _, url := range []string{"/static/", "/static/nothing.css", "/static/../static.go", "/static/%2e%2e/static.go"} {
		if got := get(url, ""); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", url, got.Code)
		}
	}
}

func TestAnUnknownNamePanics(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "static: no file ap.css" {
			t.Errorf("Path of an unknown file: %s", got)
		}
	}()
	Path("ap.css")
}

func get(url, etag string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}
