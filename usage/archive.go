package usage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Archive is a file with the events of a month that have left the database.
// What they came to stays: rollups, keys, corrections, and the single events of
// some meters.
type Archive struct {
	Month      period.Month // of UTC
	Part       int          // from 1; events that come for an archived month make another part
	File       string       // its name without a folder: archives may be moved
	SHA256     []byte
	Events     int64
	Through    int64   // the part holds what was known up to this place
	Meters     []int64 // whose events were kept besides
	RecordedAt time.Time
}

// archiveName is the name of a part's file; its manifest has the same with .json.
func archiveName(m period.Month, part int) string {
	return fmt.Sprintf("usage-%s.%d.ndjson.gz", m, part)
}

func manifestName(file string) string { return strings.TrimSuffix(file, ".ndjson.gz") + ".json" }

const archiveFormat = "ratable usage archive 1"

// Manifest says what an archive holds, for people and for a recount.
type Manifest struct {
	Format       string               `json:"format"`
	Month        period.Month         `json:"month"`
	Part         int                  `json:"part"`
	File         string               `json:"file"`
	SHA256       string               `json:"sha256"`
	Events       int64                `json:"events"`
	KnownThrough int64                `json:"known_through"`
	Meters       []string             `json:"meters_kept_in_the_database"`
	Corrections  []ArchivedCorrection `json:"corrections"` // of events of the month, as they stood
	Sums         []ArchivedSum        `json:"sums"`        // of the events as they came
}

// ArchivedCorrection is what a person made of an event that the archive holds as
// it came.
type ArchivedCorrection struct {
	Account    customers.AccountID `json:"account"`
	Source     string              `json:"source"`
	ID         string              `json:"id"`
	Revision   int                 `json:"revision"`
	Action     string              `json:"action"`
	OccurredAt time.Time           `json:"time"`
	Quantity   decimal.Decimal     `json:"quantity"`
	Dimensions map[string]string   `json:"dimensions,omitempty"`
	Reason     string              `json:"reason"`
	KnownOrder int64               `json:"known_order"`
}

// ArchivedSum is what a customer used of a meter on a day of UTC.
type ArchivedSum struct {
	Account    customers.AccountID `json:"account"`
	Customer   customers.ID        `json:"customer_id"`
	ExternalID string              `json:"customer"`
	MeterID    int64               `json:"meter_id"`
	Meter      string              `json:"meter"`
	Day        period.Date         `json:"day"`
	Events     int64               `json:"events"`
	Quantity   decimal.Decimal     `json:"quantity"`
}

// archiveLine is an event as an archive spells it: a CloudEvent that
// ParseCloudEvents reads, with extension attributes that say where it counted.
type archiveLine struct {
	SpecVersion string      `json:"specversion"`
	Source      string      `json:"source"`
	ID          string      `json:"id"`
	Type        string      `json:"type"`
	Subject     string      `json:"subject"`
	Time        time.Time   `json:"time"`
	Data        archiveData `json:"data"`
	Account     int64       `json:"account,string"`
	CustomerID  int64       `json:"customerid,string"`
	MeterID     int64       `json:"meterid,string"`
	Key         string      `json:"key"`
	Content     string      `json:"content"` // what the event said when it came, hashed: a name may have changed since
	KnownOrder  int64       `json:"knownorder,string"`
	RecordedAt  time.Time   `json:"recordedat"`
}

type archiveData struct {
	Quantity   decimal.Decimal   `json:"quantity"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// sumKey is a row of the sums by which archives and rollups are compared: a
// customer's use of a meter on a day of UTC.
type sumKey struct {
	series
	day period.Date
}

// utcDays are sums by day of UTC. An archive and the rollups of its month are
// compared by them.
type utcDays map[sumKey]*tally

func (u utcDays) add(s series, at time.Time, quantity decimal.Decimal, events int64) {
	key := sumKey{s, period.DateOf(at, time.UTC)}
	t := u[key]
	if t == nil {
		t = new(tally)
		u[key] = t
	}
	t.add(quantity, events)
}

// differences lists where two ways of adding up disagree, up to maxProblems
// times; each way has a name.
func (u utcDays) differences(name string, other utcDays, otherName string) (out []string) {
	keys := slices.Collect(maps.Keys(u))
	for k := range other {
		if u[k] == nil {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		mine, theirs := u.of(k), other.of(k)
		if !mine.quantity.Equal(theirs.quantity) || mine.events != theirs.events {
			out = append(out, fmt.Sprintf("customer %d, meter %d, %s (UTC): %s has %s in %d events, %s %s in %d",
				k.customer, k.meter, k.day, otherName, theirs.quantity, theirs.events, name, mine.quantity, mine.events))
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxProblems)]
}

func (u utcDays) of(k sumKey) tally {
	if t := u[k]; t != nil {
		return *t
	}
	return tally{}
}

// unequal refuses what a recount does not confirm.
func unequal(m period.Month, differences []string) error {
	return fault.New(fault.Conflict, "the rollups of %s are not what its events come to, so nothing was archived:\n%s", m, strings.Join(differences, "\n"))
}
