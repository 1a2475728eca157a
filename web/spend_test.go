package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
)

func TestAnAlertIsSetChangedAndRemovedOnThePage(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	at := fmt.Sprintf("/customers/%d", h.Customers["acme"].ID)
	send := func(path string, form url.Values) int {
		return b.Do(http.MethodPost, path, strings.NewReader(form.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}).Status
	}
	bad := b.Do(http.MethodPost, at+"/alerts/new", strings.NewReader(url.Values{"of": {"meter:0:api.calls"}, "thresholds": {"80, lots"}, "addresses": {"ops@acme.example"}}.Encode()),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
	if bad.Status != http.StatusUnprocessableEntity || !strings.Contains(bad.Body, "is not a figure") || !strings.Contains(bad.Body, `value="80, lots"`) || !strings.Contains(bad.Body, `value="ops@acme.example"`) {
		t.Errorf("a threshold that is none answers %d and keeps what was typed: %v", bad.Status, strings.Contains(bad.Body, "80, lots"))
	}
	if got := send(at+"/alerts/new", url.Values{"of": {"meter:0:api.calls"}, "thresholds": {"9000, 12000.5"}, "role_payable": {"on"}}); got != http.StatusSeeOther {
		t.Fatalf("a good alert answers %d", got)
	}
	find := func() []string {
		for _, row := range b.Get(at + "/spending").Want(200).Table("Alerts") {
			if strings.Contains(row[0], "API calls") {
				return row
			}
		}
		return nil
	}
	if row := find(); len(row) == 0 || row[1] != "9,000 calls, 12,000.5 calls" || row[3] != "Payables" {
		t.Errorf("the alert stands as %q", row)
	}
	b.Get(at+"/alerts/3").Want(200, "Save as a new version")
	if got := send(at+"/alerts/3", url.Values{"of": {"meter:0:api.calls"}, "thresholds": {"5000"}}); got != http.StatusSeeOther {
		t.Fatalf("a change answers %d", got)
	}
	if row := find(); len(row) == 0 || row[1] != "5,000 calls" || row[3] != "Webhook only" {
		t.Errorf("the changed alert stands as %q", row)
	}
	if got := send(at+"/alerts/3", url.Values{"step": {"remove"}}); got != http.StatusSeeOther {
		t.Fatalf("a removal answers %d", got)
	}
	if row := find(); row != nil {
		t.Errorf("the removed alert stands as %q", row)
	}
	b.Get(at + "/alerts/3").Want(404)
}
