package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Paper is one file of a pack.
type Paper struct {
	Name    string // with its folder: "contract/C-100-v2.yaml"
	About   string // what it is, in words
	Content []byte
}

// Pack is everything that one entry rests on.
type Pack struct {
	Entry  string // its number
	Source string // what it was booked for
	Papers []Paper
}

// FileName is what the pack is called when it is taken away.
func (p Pack) FileName() string { return "evidence-" + p.Entry + ".zip" }

// add takes a paper in once: two postings of an entry lead to the same contract.
func (p *Pack) add(name, about string, content []byte) {
	name = tame(name)
	if !slices.ContainsFunc(p.Papers, func(x Paper) bool { return x.Name == name }) {
		p.Papers = append(p.Papers, Paper{name, about, content})
	}
}

// tame keeps a name inside its folder, whatever the paper was called where it came from.
func tame(name string) string {
	folder, file := path.Split(name)
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, file)
	if strings.Trim(clean, ".") == "" {
		clean = "paper"
	}
	return folder + clean
}

type listed struct {
	Name   string `json:"name"`
	About  string `json:"about"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifest lists the papers with what they are and their hashes.
func (p Pack) manifest() ([]byte, error) {
	out := struct {
		Entry  string   `json:"entry"`
		Source string   `json:"source"`
		Papers []listed `json:"papers"`
	}{Entry: p.Entry, Source: p.Source}
	for _, x := range p.Papers {
		sum := sha256.Sum256(x.Content)
		out.Papers = append(out.Papers, listed{x.Name, x.About, len(x.Content), hex.EncodeToString(sum[:])})
	}
	return json.MarshalIndent(out, "", "  ")
}

// Write writes the pack as a zip, its manifest first. The bytes depend on the papers alone: files carry no time.
func (p Pack) Write(w io.Writer) error {
	manifest, err := p.manifest()
	if err != nil {
		return fmt.Errorf("write evidence of entry %s: %w", p.Entry, err)
	}
	z := zip.NewWriter(w)
	for _, x := range append([]Paper{{Name: "manifest.json", Content: append(manifest, '\n')}}, p.Papers...) {
		file, err := z.CreateHeader(&zip.FileHeader{Name: x.Name, Method: zip.Deflate})
		if err != nil {
			return fmt.Errorf("write evidence of entry %s: %w", p.Entry, err)
		}
		if _, err := io.Copy(file, bytes.NewReader(x.Content)); err != nil {
			return fmt.Errorf("write evidence of entry %s: %w", p.Entry, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write evidence of entry %s: %w", p.Entry, err)
	}
	return nil
}
