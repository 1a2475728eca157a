package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/usage"
	"ratable/web/webtest"
)

func TestAConflictWithAnArchivedEventNamesTheFileInsteadOfAQuantity(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Product, access.UsageWrite)
	old := func(quantity string) string {
		return strings.Replace(measured("old", quantity), "2026-04-02", "2026-01-02", 1)
	}
	answer(t, c.send(http.MethodPost, "/v1/events", old("5")), http.StatusAccepted)
	if _, err := usage.ArchiveBefore(t.Context(), site.DB, period.NewMonth(2026, time.February), t.TempDir(), nil, access.System("test"), nil); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, c.send(http.MethodPost, "/v1/events", old("5")), http.StatusAccepted); got["repeated"] != 1.0 {
		t.Errorf("the archived event again: %v", got)
	}
	got := answer(t, c.send(http.MethodPost, "/v1/events", old("6")), http.StatusConflict)
	clash := got["conflicts"].([]any)[0].(map[string]any)
	if _, said := clash["kept_quantity"]; said || clash["archived"] != "usage-2026-01.1.ndjson.gz" || clash["offered_quantity"] != "6" || clash["id"] != "old" {
		t.Errorf("the conflict is %v", clash)
	}
}
