package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Proposal is a change of the catalog that somebody prepared. Its document holds only what it changes; it counts once another
// person has approved it.
type Proposal struct {
	ID         int64
	Document   Document
	Base       map[string]int // by Change.Key, the version each thing had when it was proposed; 0: it is new
	Reason     string
	PreparedBy int64 // 0: the command line
	At         time.Time
	Decisions  []Decided // in order
}

// Decided is what a person said about a proposal.
type Decided struct {
	Event  string // submitted, approved, rejected
	By     int64
	Reason string
	At     time.Time
}

// The states a proposal goes through.
const (
	Draft     = "draft" // from the command line; a person submits it
	Submitted = "submitted"
	Approved  = "approved"
	Rejected  = "rejected"
)

// State is what was said last.
func (p Proposal) State() string {
	if len(p.Decisions) == 0 {
		return Draft
	}
	return p.Decisions[len(p.Decisions)-1].Event
}

// Open says that it still waits for somebody.
func (p Proposal) Open() bool { return p.State() == Draft || p.State() == Submitted }

// ProposalKind is the kind of a proposal as a subject of approvals.
const ProposalKind = "catalog"

// Subject names the proposal for approvals and the audit trail.
func (p Proposal) Subject() access.Subject {
	return access.Subject{Kind: ProposalKind, Key: strconv.FormatInt(p.ID, 10)}
}

// Overtaken says which of its things have another version by now, so that what it was compared with is not what it would change.
func (p Proposal) Overtaken(c *Catalog) error {
	now := c.versions(p.Document)
	for _, key := range p.Document.keys() {
		if now[key] != p.Base[key] {
			return fault.New(fault.Conflict, "%s has changed since: it was compared with %s and stands at %s; compare and propose anew", key, numbered(p.Base[key]), numbered(now[key]))
		}
	}
	return nil
}

func numbered(version int) string {
	if version == 0 {
		return "nothing"
	}
	return fmt.Sprintf("version %d", version)
}

// keys names what the document is about, as Change.Key does.
func (d Document) keys() []string {
	var keys []string
	for _, m := range d.Meters {
		keys = append(keys, Change{Kind: MeterKind, Code: m.Code}.Key())
	}
	for _, p := range d.Products {
		keys = append(keys, Change{Kind: ProductKind, Code: p.Code}.Key())
	}
	for _, p := range d.Plans {
		keys = append(keys, Change{Kind: PlanKind, Code: p.Code}.Key())
	}
	return keys
}

// versions is the newest version of each thing that a document names; 0 for what is new. A meter has one for ever.
func (c *Catalog) versions(d Document) map[string]int {
	out := map[string]int{}
	for _, m := range d.Meters {
		if _, known := c.Meter(m.Code); known {
			out[Change{Kind: MeterKind, Code: m.Code}.Key()] = 1
		}
	}
	for _, p := range d.Products {
		if all := c.products[p.Code]; len(all) > 0 {
			out[Change{Kind: ProductKind, Code: p.Code}.Key()] = all[0].Version
		}
	}
	for _, p := range d.Plans {
		if all := c.plans[p.Code]; len(all) > 0 {
			out[Change{Kind: PlanKind, Code: p.Code}.Key()] = all[0].Version
		}
	}
	return out
}

// Changes is what the proposal changes, or changed, in the catalog that it was compared with.
func (p Proposal) Changes(c *Catalog) Changes {
	changes, _ := c.before(p).Compare(p.Document, period.Date{}, Checks{}) // its days were judged when it was proposed
	return changes
}

// before is the catalog without what came after the proposal was compared with it, as far as that is about the same things.
func (c *Catalog) before(p Proposal) *Catalog {
	named := p.Document.keys()
	later := func(kind Kind, code string, version int) bool {
		key := Change{Kind: kind, Code: code}.Key()
		return slices.Contains(named, key) && version > p.Base[key]
	}
	return New(
		slices.DeleteFunc(c.Products(), func(x Product) bool { return later(ProductKind, x.Code, x.Version) }),
		slices.DeleteFunc(c.Meters(), func(x Meter) bool { return later(MeterKind, x.Code, 1) }),
		slices.DeleteFunc(c.Plans(), func(x Plan) bool { return later(PlanKind, x.Code, x.Version) }))
}
