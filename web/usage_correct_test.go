package web_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/usage"
)

// contradict lets an event of acme come twice with different content, prepares a backfill, and discards an event that
// nobody could place; its id is given back.
func (h house) contradict(t *testing.T) string {
	t.Helper()
	at := time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)
	event := func(id, customer string, quantity int64) usage.Event {
		return usage.Event{Source: "edge", ID: id, Customer: customer, Meter: "api.calls", OccurredAt: at, Quantity: decimal.NewFromInt(quantity)}
	}
	for _, e := range []usage.Event{event("twice-1", "acme", 0), event("twice-1", "acme", 7), event("gone-1", "nobody", 3)} {
		if _, err := usage.Ingest(t.Context(), h.Site.DB, []usage.Event{e}, at.Add(time.Hour), access.System("test")); err != nil {
			t.Fatal(err)
		}
	}
	b := usage.Backfill{Stretch: usage.Stretch{Customer: "rhein", Meter: "api.calls", From: at.AddDate(0, 0, -1), Until: at.AddDate(0, 0, 1)}, Reason: "read again", Events: []usage.Event{event("again-1", "rhein", 12)}}
	if _, _, err := usage.PrepareBackfill(t.Context(), h.Site.DB, b, at.Add(time.Hour), h.Finance); err != nil {
		t.Fatal(err)
	}
	lost, err := usage.QuarantinePage(t.Context(), h.Site.DB, usage.QuarantineFilter{Customer: "nobody"})
	if err != nil || len(lost) != 1 {
		t.Fatal(len(lost), err)
	}
	if err := usage.Discard(t.Context(), h.Site.DB, []usage.StrayID{lost[0].Stray}, "a test system", h.Finance); err != nil {
		t.Fatal(err)
	}
	return lost[0].Stray.String()
}

func (h house) history() string {
	return fmt.Sprintf("/usage/customers/%d/history", h.Customers["acme"].ID)
}

func TestAnEventIsAmendedRetractedAndRestoredOnItsPage(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	at := h.history() + "?source=edge&event=twice-1"
	b.Get(at).Want(200, "Event twice-1", "counts", "Amend the event", "Retract the event").Check()
	form := func(action, revision, reason string, more ...string) url.Values {
		f := url.Values{"source": {"edge"}, "event": {"twice-1"}, "action": {action}, "revision": {revision}, "reason": {reason}, "why": {reason}}
		for i := 0; i+1 < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	instant := "2026-03-12T08:00:00-04:00"
	bad := b.PostForm(h.history(), form("amend", "0", "", "quantity", "twelve", "occurred_at", "noon")).Want(422, "is not a decimal number", "must be an instant")
	if bad.Check(); bad.Field("quantity") != "twelve" || bad.Field("occurred_at") != "noon" {
		t.Errorf("what was typed is gone: %q, %q", bad.Field("quantity"), bad.Field("occurred_at"))
	}
	b.PostForm(h.history(), form("amend", "0", "", "quantity", "12", "occurred_at", instant)).Want(422, "is missing: say why").Check()
	b.PostForm(h.history(), form("amend", "0", "the meter was read again", "quantity", "12", "occurred_at", instant)).Want(200, "Event twice-1 is amended", "the meter was read again")
	b.PostForm(h.history(), form("retract", "0", "too late")).Want(422, "is at revision 1, not 0")
	b.PostForm(h.history(), form("retract", "1", "a test of ours")).Want(200, "is retracted", "Restore the event").Check()
	b.Get(strings.Replace(h.history(), "/history", "/events?meter=api.calls&day=2026-03-12", 1)).Want(200, "Count here no longer", "Retracted").Check()
	b.PostForm(h.history(), form("restore", "2", "no, it was real")).Want(200, "is restored", "no, it was real")
	b.Get(h.history() + "?source=edge&event=never").Want(404)
	h.Login(access.Sales).Get(at).Want(200, "Event twice-1").Lacks("Amend the event")
	h.Login(access.Sales).PostForm(h.history(), form("retract", "3", "why not")).Want(403)
}

func TestAConflictIsDecidedOnItsPage(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	p := b.Get("/usage/conflicts").Want(200, "twice-1")
	p.Check()
	if !slices.Contains(p.Links(), "/usage/conflicts/1") {
		t.Errorf("the list does not lead to the conflict: %v", p.Links())
	}
	b.Get("/usage/conflicts/1").Want(200, "Accept what was refused").Check()
	b.PostForm("/usage/conflicts/1", url.Values{"resolution": {"accepted"}, "reason": {" "}}).Want(422, "is missing: say why").Check()
	b.PostForm("/usage/conflicts/1", url.Values{"resolution": {"accepted"}, "reason": {"they mended it"}}).Want(200, "Conflict 1 is accepted", "No conflict is open")
	b.PostForm("/usage/conflicts/1", url.Values{"resolution": {"dismissed"}, "reason": {"again"}}).Want(422)
	b.Get("/usage/conflicts?decided=yes").Want(200, "Accepted by", "they mended it").Check()
	b.Get("/usage/conflicts/1").Want(200, "they mended it").Lacks("Accept what was refused")
	b.Get(h.history()+"?source=edge&event=twice-1").Want(200, "Conflict 1 accepted: they mended it")
	b.Get("/usage/conflicts/404").Want(404)
	if file := b.Get("/usage/conflicts?decided=yes&format=csv").Want(200).Body; !strings.Contains(string(file), "they mended it") {
		t.Errorf("the file does not hold the decision:\n%s", file)
	}
}

func TestTheQuarantineIsNarrowedAndDecidedAbout(t *testing.T) {
	h := newHouse(t)
	h.stray(t, "newcomer")
	b := h.Login(access.Finance)
	b.Get("/usage/quarantine").Want(200, "What they wait for", "newcomer", "Create the customer, or say who is meant", "Decide about what is listed").Check()
	b.Get("/usage/quarantine?customer=somebody").Want(200, "Nothing waits").Lacks("newcomer").Check()
	b.Get("/usage/quarantine?discarded=yes").Want(200, "a test system", "gone-1").Check()
	b.PostForm("/usage/quarantine", url.Values{"do": {"discard"}, "why": {""}}).Want(200, "Say why")
	b.PostForm("/usage/quarantine", url.Values{"do": {"discard"}, "why": {"their staging"}}).Want(200, "1 event discarded", "Nothing waits")
	b.PostForm("/usage/quarantine/"+h.discarded, url.Values{"do": {"return"}, "why": {""}}).Want(422, "Say why").Check()
	b.PostForm("/usage/quarantine/"+h.discarded, url.Values{"do": {"dance"}, "why": {"x"}}).Want(422, "Choose what to do")
	b.PostForm("/usage/quarantine/"+h.discarded, url.Values{"do": {"return"}, "why": {"it is real"}}).Want(200, "1 event put back on the list")
	b.Get("/usage/quarantine/"+h.discarded).Want(200, "It waits: unknown customer", "it is real").Check()
	b.PostForm("/usage/quarantine/"+h.discarded, url.Values{"do": {"accept"}, "why": {"late"}}).Want(422, "does not wait because it is late")
	b.PostForm("/usage/quarantine/"+h.discarded, url.Values{"do": {"replay"}}).Want(200, "0 events counted, 1 still wait")
	b.Get("/usage/quarantine/" + strings.Repeat("0", 64)).Want(404)
	b.Get("/usage/quarantine/nothing").Want(404)
}

func TestANameOfASenderIsMappedAndWhatWaitedCounts(t *testing.T) {
	h := newHouse(t)
	h.stray(t, "ACME GmbH")
	b := h.Login(access.Support)
	at := b.Get("/usage/quarantine").Want(200, "ACME GmbH").LinkTo("Create the customer, or say who is meant")
	p := b.Get(at).Want(200, "Say whom a name means")
	if p.Check(); p.Field("alias") != "ACME GmbH" {
		t.Errorf("the form begins with %q", p.Field("alias"))
	}
	form := url.Values{"kind": {"customer"}, "alias": {"ACME GmbH"}, "means": {"nobody"}, "reason": {"their CRM"}}
	b.PostForm("/usage/aliases", form).Want(422, "is not a customer of ours").Check()
	b.PostForm("/usage/aliases", with(form, "means", "acme")).Want(200, "ACME GmbH means acme", "their CRM").Check()
	b.PostForm("/usage/quarantine/replay", nil).Want(200, "1 event counted, 0 still wait")
	h.Login(access.Sales).Get("/usage/aliases").Want(200, "ACME GmbH").Lacks("Say whom a name means")
}

func TestABackfillIsLookedAtBeforeItIsApplied(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	b.Get("/usage/backfills").Want(200, "Prepared", "read again").Check()
	b.Get("/usage/backfills/1").Want(200, "Days that change", "Apply the backfill").Check()
	rows := "source,id,customer,meter,occurred_at,quantity\n"
	form := url.Values{"customer": {"acme"}, "meter": {"api.calls"}, "from": {"2026-03-12T00:00:00Z"}, "until": {"2026-03-13T00:00:00Z"}, "reason": {"the log was read again"},
		"rows": {rows + "edge,twice-1,acme,api.calls,2026-03-12T12:00:00Z,7\nedge,new,acme,api.calls,2026-03-12T13:00:00Z,5\n"}}
	b.PostForm("/usage/backfills/new", with(form, "from", "March", "reason", "")).Want(422, "must be an instant")
	b.PostForm("/usage/backfills/new", with(form, "rows", rows+"edge,x,acme,api.calls,noon,5\n")).Want(422, "line 2").Check()
	b.PostForm("/usage/backfills/new", with(form, "customer", "nobody")).Want(422, "customer").Check()
	b.PostForm("/usage/backfills/new", with(form, "rows", "")).Want(422, "choose a file").Check()
	p := b.PostForm("/usage/backfills/new", form).Want(200, "Nothing has changed yet", "Apply the backfill", "the log was read again")
	p.Check()
	b.PostForm("/usage/backfills/2", url.Values{"seen": {"something else"}}).Want(422, "look again").Check()
	b.PostForm("/usage/backfills/2", url.Values{"seen": {p.Field("seen")}}).Want(200, "1 added, 1 amended, 1 retracted", "Applied")
	b.PostForm("/usage/backfills/2", nil).Want(422, "applied it already")
	b.Get("/usage/backfills/404").Want(404)
	h.Login(access.Sales).Get("/usage/backfills/1").Want(200).Lacks("Apply the backfill")
}
