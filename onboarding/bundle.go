package onboarding

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// maxDocuments bounds how many documents an archive may hold.
const maxDocuments = 20_000

// Unpacked is a file as it is, or of a zip archive its contract documents one after another.
func Unpacked(source []byte) ([]byte, error) {
	if !bytes.HasPrefix(source, []byte("PK\x03\x04")) {
		return source, nil
	}
	archive, err := zip.NewReader(bytes.NewReader(source), int64(len(source)))
	if err != nil {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: fmt.Sprintf("is no zip archive that can be read: %v", err)})
	}
	var all [][]byte
	left := int64(MaxFile)
	for _, f := range archive.File {
		if !IsDocument(f.Name) || f.FileInfo().IsDir() {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, fault.InvalidFields(fault.Field{Path: "file", Value: fault.Shown(f.Name), Message: "cannot be unpacked"})
		}
		// What an archive says of its sizes need not be true.
		text, err := io.ReadAll(io.LimitReader(in, left+1))
		_ = in.Close()
		if left -= int64(len(text)); err != nil || left < 0 || len(all) >= maxDocuments {
			return nil, fault.InvalidFields(fault.Field{Path: "file", Value: fault.Shown(f.Name), Message: fmt.Sprintf("makes the archive more than %d MB or %d documents: send several", MaxFile>>20, maxDocuments)})
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: "holds no document: contracts are files that end in .yaml, .yml or .json"})
	}
	return Joined(all), nil
}

// IsDocument says by its name whether a file of a folder or archive is a contract document.
func IsDocument(name string) bool {
	base := path.Base(name)
	return !strings.HasPrefix(base, ".") && slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(base)))
}

// Joined puts documents one after another into one file.
func Joined(all [][]byte) []byte {
	var b bytes.Buffer
	for _, text := range all {
		b.WriteString("---\n")
		b.Write(bytes.TrimPrefix(text, []byte("\ufeff")))
		b.WriteString("\n")
	}
	return b.Bytes()
}
