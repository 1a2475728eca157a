package scenario

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// revision is a fact that makes the next version of a contract, or keeps one from
// being made.
type revision struct {
	on   day
	path string
	make func(path string, on day)
}

// revisions hold amendments, renewals, ends and notices against the agreement as
// it stands on their day, in order of these days, and make them happenings.
// Between them contracts renew by themselves that say so.
func (b *builder) revisions(sold map[int]bool) {
	var list []revision
	for i, f := range b.d.Facts {
		switch {
		case f.Amend != nil:
			list = append(list, revision{f.Amend.On, at("facts", i, "amend"), func(path string, on day) { b.amend(*f.Amend, path, sold) }})
		case f.Renew != nil:
			list = append(list, revision{f.Renew.On, at("facts", i, "renew"), func(path string, on day) { b.renew(f.Renew.Contract, path, on) }})
		case f.Cancel != nil:
			list = append(list, revision{f.Cancel.On, at("facts", i, "cancel"), func(path string, on day) { b.cancel(*f.Cancel, path) }})
		case f.Notice != nil:
			list = append(list, revision{f.Notice.On, at("facts", i, "notice"), func(path string, on day) { b.notice(*f.Notice, path) }})
		}
	}
	slices.SortStableFunc(list, func(x, y revision) int { return x.on.Compare(y.on.Date) })
	// What happens later changes the agreements that are played only on its day.
	known := slices.Clone(b.agreements)
	defer func() { b.agreements = known }()
	b.agreements = slices.Clone(b.agreements)
	b.noticed = map[int]bool{}
	for _, r := range list {
		b.renewals(r.on.Date)
		r.make(r.path, r.on)
	}
	b.renewals(b.d.Through.Date)
}

// renewals begin the further terms that have to begin by a day.
func (b *builder) renewals(by period.Date) {
	for place := range b.agreements {
		for {
			a := b.agreements[place]
			_, renews := a.Latest().Document.LastNotice()
			if !renews || b.noticed[place] || a.Term().End.After(by) || !b.renew(a.Number, "contracts", day{Date: a.Term().End}) {
				break
			}
		}
	}
}

// amend takes a document as the next version of its contract.
func (b *builder) amend(x amend, path string, sold map[int]bool) {
	if x.Document.Kind == 0 {
		b.refuse(path+".document", "", "is missing: the whole contract as amended")
		return
	}
	b.version(x.Document, path+".document", sold, func(a contracts.Agreement, v contracts.Version) {
		place, ok := b.byNumber[a.Number]
		if !ok {
			b.refuse(path+".document.contract", a.Number, "is not a contract of this scenario; a new one goes under contracts")
			return
		}
		b.follow(place, path, x.On, v.Document)
	})
}

// follow makes a document the next version, known on a day.
func (b *builder) follow(place int, path string, on day, d contracts.Document) {
	was := &b.agreements[place]
	v := contracts.Version{Number: len(was.Versions) + 1, EffectiveOn: d.Start(), Document: d}
	was.Versions = append(was.Versions[:len(was.Versions):len(was.Versions)], v)
	b.happen(on, path, amendment{was.Account, was.Contract, v})
}

// signed finds a contract that a fact names.
func (b *builder) signed(number, path string) (place int, last contracts.Document, ok bool) {
	if place, ok = b.byNumber[number]; !ok {
		b.refuse(path+".contract", number, "is not the number of a contract of this scenario")
		return 0, last, false
	}
	return place, b.agreements[place].Latest().Document, true
}

// renew begins a further term on the day after the last one; on is the day on
// which that becomes known.
func (b *builder) renew(number, path string, on day) bool {
	place, last, ok := b.signed(number, path)
	if !ok {
		return false
	}
	next, err := contracts.Renew(last, b.catalog, contracts.Why{On: last.Term.Span().End, Reason: "Renewed"})
	if err != nil {
		b.add(path, fault.Fields(err))
		return false
	}
	b.follow(place, path, on, next)
	return true
}

// cancel ends a contract before its term does.
func (b *builder) cancel(x cancel, path string) {
	place, last, ok := b.signed(x.Contract, path)
	if !ok {
		return
	}
	b.required(path+".reason", x.Reason, "say why")
	ending := contracts.Ending{Cause: x.Cause, Refund: x.Refund, Commitments: x.Commitments}
	next, err := contracts.Terminate(last, x.Through.Date, ending, contracts.Why{On: x.Through.Date, Reason: x.Reason})
	if err != nil {
		b.add(path, fault.Fields(err))
		return
	}
	b.follow(place, path, x.On, next)
}

// notice keeps a contract from renewing by itself.
func (b *builder) notice(x notice, path string) {
	place, last, ok := b.signed(x.Contract, path)
	if !ok || !b.dated(x.On, path+".on") {
		return
	}
	switch by, renews := last.LastNotice(); {
	case !renews:
		b.refuse(path+".contract", x.Contract, "does not renew by itself; it needs no notice")
	case x.On.After(by):
		b.refuse(path+".on", x.On.String(), "is too late: notice had to be given by %s; the contract renews, cancel it instead", by)
	default:
		b.noticed[place] = true
	}
}
