package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/page"
	"ratable/web/ui"
)

var decisionWords = map[string]string{
	"submitted": "Version %d submitted for approval", "endorsed": "Version %d approved by one of several", "approved": "Version %d approved",
	"rejected": "Version %d sent back", "renewed": "Version %d counts: the contract renewed by itself", "signed": "Version %d counts: it is what its plan says",
}
var decisionTones = map[string]ui.Tone{"submitted": ui.Info, "endorsed": ui.Info, "approved": ui.Good, "rejected": ui.Bad, "renewed": ui.Good, "signed": ui.Good}

// contractHistory is the life of a contract in the order it became known: each version with what it changed, and
// everything that happened between.
func (v *visit) contractHistory() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	files, err := contracts.Attachments(v.ctx, v.DB, d.Contract)
	if err != nil {
		return err
	}
	audited, err := v.deedsOf(d)
	if err != nil {
		return err
	}
	view := page.Contract{Head: d.head(v, "history"), Trail: d.trail(files, audited)}
	for i := range d.History {
		view.Lineage = append(view.Lineage, d.lineage(i))
	}
	slices.Reverse(view.Lineage)
	return v.page(http.StatusOK, frame{Title: d.Number + " history", Room: "contracts"}, page.ContractHistory(view))
}

// lineage is a version beside the one that was agreed before it.
func (d dossier) lineage(i int) page.Lineage {
	r := d.History[i]
	out := page.Lineage{
		Number: r.Number, State: cmp.Or(r.Last(), "draft"), From: "counts " + countsFrom(r.Document), Why: r.Reason, By: d.people[r.PreparedBy],
		Href: fmt.Sprintf("%s/document?version=%d", contractAddress(d.Number), r.Number),
	}
	for _, before := range slices.Backward(d.History[:i]) {
		if before.Approved() {
			out.Against = fmt.Sprintf("What it changes against version %d", before.Number)
			out.Changes = differences(d.catalog, before.Document, r.Document)
			return out
		}
	}
	return out
}

// told are the audited facts that the trail tells from the contract itself, with more to say.
var told = []string{"contract.notice", "contract.withdraw_notice"}

// deedsOf are the facts about a contract that are no version of it: credits, deliveries, a change of payer.
func (v *visit) deedsOf(d dossier) ([]access.AuditRow, error) {
	return access.AuditPage(v.ctx, v.DB, access.AuditFilter{Subject: access.Subject{Kind: "contract", Key: d.Number}, Limit: 500})
}

// trail is everything that happened to the contract, latest first.
func (d dossier) trail(files []contracts.Attachment, audited []access.AuditRow) []ui.Event {
	var out []ui.Event
	for _, r := range d.History {
		out = append(out, d.versionEvents(r)...)
	}
	for _, n := range d.Notices {
		what := map[contracts.Party]string{contracts.CustomerSays: "The customer gave notice", contracts.WeSay: "We gave notice"}[n.Party]
		why := fmt.Sprintf("On %s, for the end on %s. %s", ui.DayText(n.On), ui.DayText(n.EndsOn.AddDays(-1)), n.Reason)
		tone := ui.Warn
		if n.Event == "withdrawn" {
			what, why, tone = "Notice was withdrawn", n.Reason, ui.Info
		}
		out = append(out, ui.Event{At: n.At, By: d.people[n.By], What: what, Why: why, Tone: tone})
	}
	for _, a := range files {
		out = append(out, ui.Event{At: a.At, By: d.people[a.UploadedBy], What: a.Name + " attached", Href: fileAddress(d.Number, a.ID), Why: joinedText(a.About, "SHA-256 "+a.Hash()[:12]+"…")})
	}
	for _, r := range audited {
		if !slices.Contains(told, r.Action) {
			out = append(out, trailEvent(r))
		}
	}
	slices.SortStableFunc(out, func(a, b ui.Event) int { return b.At.Compare(a.At) })
	return out
}

// versionEvents are a version and what was decided about it, latest first.
func (d dossier) versionEvents(r contracts.Revision) []ui.Event {
	why := r.Reason
	if r.EffectiveOn != r.Document.Term.From {
		why = strings.TrimSuffix("From "+ui.DayText(r.EffectiveOn)+". "+why, " ")
	}
	entered := ui.Event{At: r.RecordedAt, By: d.people[r.PreparedBy], What: fmt.Sprintf("Version %d entered", r.Number), Href: fmt.Sprintf("%s/document?version=%d", contractAddress(d.Number), r.Number), Why: why}
	switch {
	case r.Document.Ending != nil:
		entered.What = fmt.Sprintf("Version %d ends the contract on %s", r.Number, ui.DayText(r.Document.Term.Through))
		entered.Tone = ui.Warn
	case slices.Contains(r.Document.Term.Renewed, r.EffectiveOn):
		entered.What = fmt.Sprintf("Version %d begins a further term, through %s", r.Number, ui.DayText(r.Document.Term.Through))
	}
	out := []ui.Event{entered}
	for _, s := range r.Decisions {
		why := s.Reason
		if s.Event == "endorsed" || s.Event == "submitted" && len(s.Required) > 1 {
			why = joinedText(why, "Needs "+roleNames(s.Required))
		}
		out = append(out, ui.Event{At: s.At, By: d.people[s.By], What: fmt.Sprintf(decisionWords[s.Event], r.Number), Why: why, Tone: decisionTones[s.Event]})
	}
	slices.Reverse(out)
	return out
}

func joinedText(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}
