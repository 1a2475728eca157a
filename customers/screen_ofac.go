package customers

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ratable/internal/fault"
)

// OFAC are the files of the Specially Designated Nationals list as the Office of Foreign Assets Control publishes them:
// no header, "-0-" for nothing. SDN is required; the others add to it.
type OFAC struct {
	SDN, Addresses, Aliases, Comments []byte
}

// MaxScreeningFile is the largest of these files accepted; the real ones have 6 MB.
const MaxScreeningFile = 64 << 20

// ScreenList is a list in memory.
type ScreenList struct {
	Source  string
	Digest  [sha256.Size]byte
	Entries []ScreenEntry
}

// ScreenEntry is a party of the list with all its names.
type ScreenEntry struct {
	Entry     int64
	Kind      string // entity, individual, vessel, aircraft
	Names     []string
	Programs  string
	Countries []string
	Remarks   string
}

// ParseOFAC reads the files. A row of another form is fault.Invalid with its file and line: half a list must not pass
// for the list.
func ParseOFAC(files OFAC) (ScreenList, error) {
	list := ScreenList{Source: "OFAC SDN"}
	hash := sha256.New()
	at := map[int64]int{}
	for _, f := range []struct {
		name    string
		content []byte
		columns int
		take    func(entry int64, cells []string) error
	}{
		{"sdn.csv", files.SDN, 12, func(entry int64, c []string) error {
			if _, twice := at[entry]; twice {
				return fmt.Errorf("entry %d is there twice", entry)
			}
			if c[1] == "" {
				return fmt.Errorf("entry %d has no name", entry)
			}
			at[entry] = len(list.Entries)
			kind := strings.ToLower(c[2])
			if !slices.Contains([]string{"individual", "vessel", "aircraft"}, kind) {
				kind = "entity"
			}
			list.Entries = append(list.Entries, ScreenEntry{Entry: entry, Kind: kind, Names: []string{c[1]}, Programs: strings.ReplaceAll(c[3], "] [", ", "), Remarks: c[11]})
			return nil
		}},
		{"add.csv", files.Addresses, 6, func(entry int64, c []string) error {
			if i, ok := at[entry]; ok && c[4] != "" && !slices.Contains(list.Entries[i].Countries, c[4]) {
				list.Entries[i].Countries = append(list.Entries[i].Countries, c[4])
			}
			return nil
		}},
		{"alt.csv", files.Aliases, 5, func(entry int64, c []string) error {
			if i, ok := at[entry]; ok && c[3] != "" {
				list.Entries[i].Names = append(list.Entries[i].Names, c[3])
			}
			return nil
		}},
		{"sdn_comments.csv", files.Comments, 2, func(entry int64, c []string) error {
			if i, ok := at[entry]; ok {
				list.Entries[i].Remarks += c[1] // remarks that were too long go on here
			}
			return nil
		}},
	} {
		fmt.Fprintf(hash, "%s %d\n", f.name, len(f.content))
		hash.Write(f.content)
		if err := eachRow(f.name, f.content, f.columns, f.take); err != nil {
			return ScreenList{}, err
		}
	}
	hash.Sum(list.Digest[:0])
	if len(list.Entries) == 0 {
		return ScreenList{}, fault.New(fault.Invalid, "sdn.csv has no entries; an empty list would clear everybody")
	}
	for i := range list.Entries {
		list.Entries[i].remarked()
	}
	return list, nil
}

// eachRow reads one file. Its last line may be a lone control sign, as the publisher ends its files.
func eachRow(name string, content []byte, columns int, take func(entry int64, cells []string) error) error {
	if len(content) > MaxScreeningFile {
		return fault.New(fault.Invalid, "%s is larger than %d MB", name, MaxScreeningFile>>20)
	}
	content = bytes.TrimRight(content, "\x1a\r\n \x00")
	if !utf8.Valid(content) {
		content = latin1(content)
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return fault.New(fault.Invalid, "%s cannot be read: %v", name, err)
		}
		if len(cells) != columns {
			return fault.New(fault.Invalid, "%s, line %d: has %d columns, not %d", name, line, len(cells), columns)
		}
		for i, c := range cells {
			if cells[i] = strings.TrimSpace(c); cells[i] == "-0-" {
				cells[i] = ""
			}
		}
		entry, err := strconv.ParseInt(cells[0], 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "%s, line %d: %s is not the number of an entry", name, line, fault.Shown(cells[0]))
		}
		if err := take(entry, cells); err != nil {
			return fault.New(fault.Invalid, "%s, line %d: %v", name, line, err)
		}
	}
}

// latin1 reads what is not UTF-8 as the publisher once wrote it.
func latin1(content []byte) []byte {
	out := make([]rune, len(content))
	for i, b := range content {
		out[i] = rune(b)
	}
	return []byte(string(out))
}

// alsoKnown finds the weak aliases that stand in the remarks only.
var alsoKnown = regexp.MustCompile(`(?:a|f|n)\.k\.a\. '([^']+)'`)

func (e *ScreenEntry) remarked() {
	for _, m := range alsoKnown.FindAllStringSubmatch(e.Remarks, -1) {
		if !slices.Contains(e.Names, m[1]) {
			e.Names = append(e.Names, m[1])
		}
	}
}
