// Package static owns the files a browser loads: one stylesheet, our one script, the vendored htmx and the embedded font.
//
// It does not own markup (web/ui does) or the routes (web mounts Handler). Invariants: nothing is fetched from
// another host, nothing needs an inline script or style, and an address changes whenever its bytes change, so
// that a browser may keep a file for a year.
//
// Vendored as published on npm, licence texts beside them: htmx.org 4.0.1 (0BSD), @fontsource-variable/inter 5.3.0
// (Inter, SIL Open Font License 1.1; the Latin and Latin Extended subsets).
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Prefix is where web mounts Handler.
const Prefix = "/static/"

//go:embed assets
var embedded embed.FS

// hashes holds the short content hash of every file, taken once: the binary cannot change under us.
var hashes = hashAll()

// Path is the address of a file with the hash of its content: "app.css" -> "/static/app.css?v=3f9a0c12d4e5".
// It panics on an unknown name, so that a typing error shows in the first test that renders a page.
func Path(name string) string {
	hash, ok := hashes[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + name + "?v=" + hash
}

// Files is the tree behind Handler, without the folder the embedding needs.
func Files() fs.FS {
	tree, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err)
	}
	return tree
}

// Handler serves the files below Prefix. A request that carries the current hash may be kept for a year;
// any other (the font named inside the stylesheet, an old page) is kept for an hour and asked again by ETag.
func Handler() http.Handler {
	files := http.StripPrefix(Prefix, http.FileServerFS(Files()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), Prefix)
		hash, ok := hashes[name]
		if !ok { // also keeps the file server from listing the folder
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", `"`+hash+`"`)
		w.Header().Set("Cache-Control", cacheControl(r.URL.Query().Get("v") == hash))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if strings.HasSuffix(name, ".woff2") {
			w.Header().Set("Content-Type", "font/woff2") // not in every system's mime table
		}
		files.ServeHTTP(w, r)
	})
}

func cacheControl(current bool) string {
	if current {
		return "public, max-age=31536000, immutable"
	}
	return "public, max-age=3600"
}

func hashAll() map[string]string {
	all := make(map[string]string)
	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Files(), name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		all[name] = hex.EncodeToString(sum[:6])
		return nil
	})
	if err != nil {
		panic(err)
	}
	return all
}
