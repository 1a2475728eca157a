package closing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/ledger"
)

// Seal is what a month came to when it was closed: one hash over every entry of it, over the facts that became known since
// the month before was sealed, and over that month's hash.
//
//	hash    = SHA-256 of "ratable seal 1", entity code, month, previous hash, ledger hash, inputs hash: a line each
//	ledger  = SHA-256 of a line per entry: account, place, SHA-256 of the entry (ledger.digests)
//	inputs  = SHA-256 of a line per table of facts: name, columns, count, digest (house_fingerprint)
type Seal struct {
	Entity entities.ID
	Month  period.Month
	Event  int // which happening of the month: ledger.MonthEvent.Seq

	Columns     string // of the ledger that the digests cover, as JSON
	Entries     int
	LedgerHash  []byte
	InputsAfter int64 // facts known after this place
	InputsOrder int64 // and up to this
	Inputs      []Input
	InputsHash  []byte
	Previous    []byte // of the month before; none: the first
	Hash        []byte

	ClosedOn   period.Date
	Known      int64 // the watermark: what was known when the month was closed
	RecordedAt time.Time
}

// Input is what one table of facts came to.
type Input struct {
	Table   string
	Columns []string
	Facts   int64
	Digest  string
}

// Text is the hash as people compare it.
func (s Seal) Text() string { return hex.EncodeToString(s.Hash) }

func ledgerHash(digests []ledger.Digest) []byte {
	h := sha256.New()
	for _, d := range digests {
		fmt.Fprintf(h, "%d %d %x\n", d.Account, d.Seq, d.Sum)
	}
	return h.Sum(nil)
}

func inputsHash(inputs []Input) []byte {
	h := sha256.New()
	for _, in := range inputs {
		fmt.Fprintf(h, "%s %s %d %s\n", in.Table, strings.Join(in.Columns, ","), in.Facts, in.Digest)
	}
	return h.Sum(nil)
}

// sum is the hash of a seal's parts.
func (s Seal) sum(code string) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "ratable seal 1\n%s\n%s\n%x\n%x\n%x\n", code, s.Month, s.Previous, s.LedgerHash, s.InputsHash)
	return h.Sum(nil)
}

// Broken is the first thing of a sealed month that is not as it was closed.
type Broken struct {
	Entity string // code
	Month  period.Month
	Entry  *ledger.Digest // the entry that differs; nil: it is not an entry
	Text   string
}

func (b Broken) String() string { return fmt.Sprintf("%s %s: %s", b.Entity, b.Month, b.Text) }

// firstDifference names the first entry that is not as it was sealed; both sides are in order of account and place.
func firstDifference(sealed, stands []ledger.Digest) (*ledger.Digest, string) {
	for i, j := 0, 0; i < len(sealed) || j < len(stands); {
		switch {
		case j == len(stands) || i < len(sealed) && sealed[i].Before(stands[j]):
			return &sealed[i], fmt.Sprintf("entry %d of account %d is gone", sealed[i].Seq, sealed[i].Account)
		case i == len(sealed) || stands[j].Before(sealed[i]):
			return &stands[j], fmt.Sprintf("entry %d of account %d (%s) was not there", stands[j].Seq, stands[j].Account, stands[j].Source)
		case !bytes.Equal(sealed[i].Sum, stands[j].Sum):
			return &stands[j], fmt.Sprintf("entry %d of account %d (%s) was changed", stands[j].Seq, stands[j].Account, stands[j].Source)
		}
		i, j = i+1, j+1
	}
	return nil, ""
}
