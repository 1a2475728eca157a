package contracts

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ratable/internal/fault"
)

// Attachment is a file that belongs to a version of a contract: the signed paper, a mail in which both sides agree.
type Attachment struct {
	ID         int64
	Version    int
	Name       string // as it was called where it came from, without folders
	MediaType  string // by what it holds, never by what somebody said
	Size       int
	SHA256     [sha256.Size]byte
	About      string // a clause, or the id of a line; may be empty
	UploadedBy int64
	At         time.Time

	Content []byte // only when it was asked for by its id
}

// Hash is the SHA-256 of the content as people compare it.
func (a Attachment) Hash() string { return hex.EncodeToString(a.SHA256[:]) }

// MaxAttachment is the largest file, in bytes.
const MaxAttachment = 10 << 20

type kindOfPaper struct {
	extensions []string
	mediaType  string
	is         func(content []byte) bool
}

// papers are the files that can be attached. A file must be what its name says: the check reads its first bytes.
var papers = []kindOfPaper{
	{[]string{".pdf"}, "application/pdf", begins("%PDF-")},
	{[]string{".png"}, "image/png", begins("\x89PNG\r\n\x1a\n")},
	{[]string{".jpg", ".jpeg"}, "image/jpeg", begins("\xff\xd8\xff")},
	{[]string{".docx"}, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", isWord},
	{[]string{".eml"}, "message/rfc822", isMail},
}

func begins(magic string) func([]byte) bool {
	return func(content []byte) bool { return bytes.HasPrefix(content, []byte(magic)) }
}

// isWord looks for the part of the archive that makes it a text document. It unpacks nothing.
func isWord(content []byte) bool {
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		return false
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	return err == nil && slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == "word/document.xml" })
}

func isMail(content []byte) bool {
	m, err := mail.ReadMessage(bytes.NewReader(content))
	return err == nil && m.Header.Get("From") != "" && m.Header.Get("Date") != ""
}

// paper checks a file and fills in what follows from its content.
func paper(name, about string, content []byte) (Attachment, []fault.Field) {
	var f findings
	a := Attachment{Name: baseName(name), About: strings.TrimSpace(about), Size: len(content), SHA256: sha256.Sum256(content), Content: content}
	f.text("file", a.Name, 200)
	f.text("about", a.About, 60)
	extension := strings.ToLower(filepath.Ext(a.Name))
	switch at := slices.IndexFunc(papers, func(p kindOfPaper) bool { return slices.Contains(p.extensions, extension) }); {
	case len(content) == 0:
		f.add("file", fault.Shown(a.Name), "is missing or empty; choose a file")
	case len(content) > MaxAttachment:
		f.add("file", fault.Shown(a.Name), "is larger than 10 MB")
	case at < 0:
		f.add("file", fault.Shown(a.Name), "must be a .pdf, .png, .jpg, .docx or .eml file")
	case !papers[at].is(content):
		f.add("file", fault.Shown(a.Name), "is no %s file, whatever its name says; save it again from the program it came from", extension)
	default:
		a.MediaType = papers[at].mediaType
	}
	return a, f
}

// baseName drops folders, of either kind of path.
func baseName(name string) string {
	return strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
}
