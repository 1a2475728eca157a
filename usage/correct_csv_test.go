package usage

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/fault"
)

func TestCorrectionsAreReadFromAFile(t *testing.T) {
	file := "\xef\xbb\xbfid,source,action,quantity,occurred_at,reason,dim.region,customer\r\n" +
		"1,test,amend,3.5,,counted twice,,\r\n" +
		"2,test,retract,,,,,bolt\r\n" +
		"3,test,restore,,2026-03-01T10:00:00Z,\"ours, after all\",eu,\r\n"
	got, err := ParseCorrections(strings.NewReader(file), "acme", "the file's")
	if err != nil {
		t.Fatal(err)
	}
	want := []Correction{
		{Customer: "acme", Source: "test", ID: "1", Action: Amend, Quantity: quantity("3.5"), Reason: "counted twice"},
		{Customer: "bolt", Source: "test", ID: "2", Action: Retract, Reason: "the file's"},
		{Customer: "acme", Source: "test", ID: "3", Action: Restore, OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Dimensions: map[string]string{"region": "eu"}, Reason: "ours, after all"},
	}
	if diff := cmp.Diff(want, got, equalDecimals); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestABadFileOfCorrectionsNamesItsRows(t *testing.T) {
	for file, says := range map[string]string{
		"":                             "the file is empty",
		"source;id;action\n":           "separated by commas, not semicolons",
		"source,id\n":                  "the column action is missing",
		"source,id,id,action\n":        "stands twice",
		"source,id,action,colour\n":    "the column is unknown",
		"source,id,action\nt,1\n":      "line 2: row: has 2 cells where the header has 3",
		"source,id,action\nt,,amend\n": "line 2: id: is missing",
		"source,id,action,quantity\nt,1,amend,x\nt,2,amend,1\nt,3,amend,y\n": "line 4: quantity",
		"source,id,action,occurred_at\nt,1,amend,tomorrow\n":                 "line 2: occurred_at",
		"source,id,action\nt,\"1,amend\n":                                    "is not CSV",
	} {
		_, err := ParseCorrections(strings.NewReader(file), "acme", "why")
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q should say %q: %v", file, says, err)
		}
	}
	if _, err := ParseCorrections(strings.NewReader("source,id,action\nt,1,retract\n"), "acme", ""); err == nil || !strings.Contains(err.Error(), "reason: is missing") {
		t.Errorf("without a reason: %v", err)
	}
}
