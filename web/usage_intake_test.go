package web_test

import (
	"slices"
	"strings"
	"testing"

	"ratable/internal/access"
)

func TestIntakeSaysWhoSendsAndWhatWaits(t *testing.T) {
	h := newHouse(t)
	h.stray(t, "newcomer")
	b := h.Login(access.Support)
	p := b.Get("/usage/intake").Want(200, "Events a minute", "In quarantine", "0 of them late")
	p.Check()
	rows := p.Table("Who sends")
	if i := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "fixture" }); i < 0 || rows[i][4] != "4" || rows[i][5] != "4" {
		t.Errorf("four batches of one event came from the fixture: %q", rows)
	}
	if rows := p.Table("What waits"); !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == "Unknown customer" && r[1] == "newcomer" && r[4] == "1" }) {
		t.Errorf("what waits is %q", rows)
	}
	file := cells(t, b.Get("/usage/intake?format=csv"))
	quarantined := slices.ContainsFunc(file, func(r []string) bool { return r[4] != "0" })
	if len(file) == 0 || !quarantined {
		t.Errorf("the file is %q", file)
	}
	if !strings.Contains(p.Body, `href="/usage/quarantine"`) {
		t.Error("what waits cannot be opened")
	}
}
