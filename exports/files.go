package exports

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"strconv"

	"ratable/internal/money"
)

// File is what somebody downloads and the target imports, with its control totals.
type File struct {
	Name          string
	Journals      int
	Lines         int
	Debit, Credit money.Amount
	Digest        [sha256.Size]byte
	Content       []byte
}

// Files writes journals for a target, in as many files as its limit asks for: a journal is never divided, and the same
// journals give the same bytes.
func Files(journals []Journal, s Scope, level Level, seq int, o Options) ([]File, error) {
	parts := split(journals, s.Target.Spec().FileLines)
	var out []File
	for i, part := range parts {
		name := fmt.Sprintf("%s-%s-%s-%s-%s-%d", s.Target, part[0].Entity.Code, s.Currency, s.Month, level, seq)
		if len(parts) > 1 {
			name += fmt.Sprintf("-part%d", i+1)
		}
		f := File{Name: name + "." + s.Target.Spec().Ext, Journals: len(part), Debit: money.Zero(s.Currency), Credit: money.Zero(s.Currency)}
		for _, j := range part {
			f.Lines += len(j.Lines)
			for _, l := range j.Lines {
				if j.Currency != s.Currency {
					continue // what stands beside in the entity's currency is no total of this one
				}
				if l.Amount.Sign() > 0 {
					f.Debit = f.Debit.Add(l.Amount)
				} else {
					f.Credit = f.Credit.Sub(l.Amount)
				}
			}
		}
		content, err := Write(part, s.Target, o)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", f.Name, err)
		}
		f.Content, f.Digest = content, sha256.Sum256(content)
		out = append(out, f)
	}
	return out, nil
}

// split packs journals into files in their order.
func split(journals []Journal, most int) (parts [][]Journal) {
	lines, from := 0, 0
	for i, j := range journals {
		if most > 0 && i > from && lines+len(j.Lines) > most {
			parts = append(parts, journals[from:i])
			lines, from = 0, i
		}
		lines += len(j.Lines)
	}
	if from < len(journals) {
		parts = append(parts, journals[from:])
	}
	return parts
}

// Write writes journals in a target's format as one file.
func Write(journals []Journal, t Target, o Options) ([]byte, error) {
	w := map[Target]func([]Journal, Options) ([]byte, error){
		QuickBooks: writeQuickBooks, Xero: writeXero, NetSuite: writeNetSuite, Intacct: writeIntacct, SAP: writeSAP,
		CSV: writeCSV, JSONLines: writeJSONLines, XLSX: writeXLSX,
		Hledger: writeHledger, Ledger: writeLedger, Beancount: writeBeancount,
	}[t]
	if w == nil {
		panic("there is no writer for " + string(t))
	}
	return w(journals, o)
}

// ControlFile is the side file of a batch: what to compare with after the import.
func ControlFile(b Batch) File {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	rows := [][]string{{"batch", "mapping_version", "file", "journals", "lines", "debit", "credit", "currency", "sha256"}}
	for _, f := range b.Files {
		rows = append(rows, []string{strconv.FormatInt(b.ID, 10), strconv.Itoa(b.MappingVersion), f.Name, strconv.Itoa(f.Journals), strconv.Itoa(f.Lines),
			f.Debit.String(), f.Credit.String(), string(b.Currency), hex.EncodeToString(f.Digest[:])})
	}
	if err := w.WriteAll(rows); err != nil {
		panic(err) // a buffer takes everything
	}
	name := fmt.Sprintf("%s-%s-%s-%s-%d-control.csv", b.Target, b.EntityCode, b.Currency, b.Month, b.Seq)
	return File{Name: name, Content: out.Bytes(), Digest: sha256.Sum256(out.Bytes())}
}
