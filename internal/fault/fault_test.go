package fault

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFaultKeepsItsKindAndItsSentenceWhenWrapped(t *testing.T) {
	for _, kind := range kinds {
		err := fmt.Errorf("issue invoice %d: %w", 12, New(kind, "month %s has its books shut", "2026-03"))
		if !errors.Is(err, kind) || Kind(err) != kind {
			t.Errorf("%q has the kind %v, want %v", err, Kind(err), kind)
		}
		if want := "issue invoice 12: month 2026-03 has its books shut"; err.Error() != want {
			t.Errorf("it says %q, want %q", err, want)
		}
		for _, other := range kinds {
			if other != kind && errors.Is(err, other) {
				t.Errorf("%q is both %v and %v", err, kind, other)
			}
		}
	}
}

func TestOurOwnFailureHasNoKind(t *testing.T) {
	for _, err := range []error{nil, io.EOF, fmt.Errorf("read: %w", io.EOF)} {
		if k := Kind(err); k != nil {
			t.Errorf("%v has the kind %v", err, k)
		}
	}
}

func TestTheOutermostKindWins(t *testing.T) {
	err := New(Invalid, "line 3: %w", New(NotFound, "there is no product %q", "seats"))
	if Kind(err) != Invalid {
		t.Errorf("the kind is %v, want invalid", Kind(err))
	}
	if !errors.Is(New(Conflict, "late: %w", io.EOF), io.EOF) {
		t.Error("the cause behind percent-w is lost")
	}
	if Kind(fmt.Errorf("bare: %w", Closed)) != Closed {
		t.Error("a bare sentinel has no kind")
	}
}

func TestAKindThatIsNoneIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("io.EOF became a kind of fault")
		}
	}()
	_ = New(io.EOF, "that was all")
}

func TestInvalidFieldsListWhatToCorrectOnePerLine(t *testing.T) {
	fields := []Field{
		{Path: "lines[2].fixed.quantity", Value: "-3", Message: "write a quantity of 0 or more", Line: 14},
		{Path: "customer", Message: "name the customer"},
		{Message: "the document is empty"},
	}
	err := fmt.Errorf("read contract: %w", InvalidFields(fields...))
	want := "read contract: line 14: lines[2].fixed.quantity: write a quantity of 0 or more (-3)\ncustomer: name the customer\nthe document is empty"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("the list reads differently (-want +got):\n%s", diff)
	}
	if !errors.Is(err, Invalid) || Kind(err) != Invalid || errors.Is(err, Conflict) {
		t.Errorf("the kind is %v, want invalid", Kind(err))
	}
	if diff := cmp.Diff(fields, Fields(err)); diff != "" {
		t.Errorf("the fields come back differently (-want +got):\n%s", diff)
	}
}

func TestNothingInvalidIsNoError(t *testing.T) {
	if err := InvalidFields(); err != nil {
		t.Errorf("no fields are the error %v", err)
	}
	if got := Fields(New(Invalid, "a sentence alone")); got != nil {
		t.Errorf("a sentence alone has the fields %v", got)
	}
}

func TestARefusedTextIsQuotedWholeOrCutBetweenCharacters(t *testing.T) {
	for sent, want := range map[string]string{
		"":                        `""`,
		"a\x00\xff":               `"a\x00\xff"`,
		strings.Repeat("ü", 40):   `"` + strings.Repeat("ü", 40) + `"`,
		strings.Repeat("ü", 4000): `"` + strings.Repeat("ü", 40) + `..."`,
	} {
		if got := Quote(sent); got != want {
			t.Errorf("%d bytes are quoted as %s, want %s", len(sent), got, want)
		}
	}
}
