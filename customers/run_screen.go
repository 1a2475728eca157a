package customers

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// ImportScreening keeps a version of the list; the same files again change nothing. Every customer is to be screened
// anew afterwards: ScreenAll.
func ImportScreening(ctx context.Context, tx pgx.Tx, l ScreenList, on period.Date, by access.Actor) (v ScreenVersion, isNew bool, err error) {
	if err := by.Require(access.Finance, access.Admin); err != nil {
		return v, false, fmt.Errorf("import the screening list: %w", err)
	}
	before, err := ScreenVersions(ctx, tx, 1)
	if err != nil {
		return v, false, err
	}
	if len(before) > 0 && bytes.Equal(before[0].Digest, l.Digest[:]) {
		return before[0], false, nil
	}
	if v, err = insertList(ctx, tx, l, on, by); err != nil {
		return v, false, fmt.Errorf("import the screening list: %w", err)
	}
	return v, true, access.Audit(ctx, tx, by, "screening.import", access.Subject{Kind: "screening list", Key: fmt.Sprint(v.ID)}, nil,
		map[string]any{"source": v.Source, "entries": v.Entries, "names": v.Names, "sha256": fmt.Sprintf("%x", v.Digest)}, "")
}

// mostMatches bounds what is kept of one screening.
const mostMatches = 20

// Screen compares a customer's names with the list that counts, and keeps what came out. Without a list it is refused
// as fault.Conflict: nobody is clear of a list that is not there.
func Screen(ctx context.Context, tx pgx.Tx, id ID, on period.Date, by access.Actor) (Screening, error) {
	doing := fmt.Sprintf("screen customer %d", id)
	lists, err := ScreenVersions(ctx, tx, 1)
	if err != nil {
		return Screening{}, fmt.Errorf("%s: %w", doing, err)
	}
	if len(lists) == 0 {
		return Screening{}, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no screening list is imported; an administrator runs `ratable import screening DIR` first"))
	}
	c, err := Get(ctx, tx, id, on)
	if err != nil {
		return Screening{}, fmt.Errorf("%s: %w", doing, err)
	}
	s := Screening{Customer: id, List: lists[0].ID, On: on, Query: c.screened()}
	if s.Matches, err = compareNames(ctx, tx, lists[0], s.Query); err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	s.Result = Clear
	if len(s.Matches) > 0 {
		s.Score = s.Matches[0].Score
	}
	if s.Score >= MatchAt {
		s.Result = Possible
	}
	before, there, err := LastScreening(ctx, tx, id)
	if err != nil {
		return s, err
	}
	if there && s.Result == Possible && before.Decision != Undecided && s.sameAs(before) {
		s.RestsOn, s.Decision, s.DecidedBy, s.DecidedOn, s.Reason = cmp.Or(before.RestsOn, before.ID), before.Decision, before.DecidedBy, before.DecidedOn, before.Reason
	}
	if err := insertScreening(ctx, tx, &s, by); err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	if s.Result == Clear || s.RestsOn != 0 {
		return s, nil
	}
	subject := access.Subject{Kind: "customer", Key: c.ExternalID, Account: int64(c.Account)}
	return s, access.Audit(ctx, tx, by, "screening.match", subject, nil, map[string]any{"list": s.List, "score": s.Score, "matches": s.Matches}, "")
}

// sameAs says that a person decided about just this: the same names, and no entry that was not there.
func (s Screening) sameAs(before Screening) bool {
	known := map[int64]bool{}
	for _, m := range before.Matches {
		known[m.Entry] = known[m.Entry] || m.Score >= MatchAt
	}
	for _, m := range s.Matches {
		if m.Score >= MatchAt && !known[m.Entry] {
			return false
		}
	}
	return slices.Equal(s.Query, before.Query)
}

// screened are the names a customer is compared by: what it is called, its legal name, and its people.
func (c Customer) screened() []string {
	all := []string{c.Name, c.LegalName}
	for _, k := range c.Contacts {
		all = append(all, k.Name)
	}
	var out []string
	for _, name := range all {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// compareNames ranks what of a list is like any of the names; what is far from a match is left out.
func compareNames(ctx context.Context, tx pgx.Tx, list ScreenVersion, names []string) ([]ScreenMatch, error) {
	best := map[int64]ScreenMatch{}
	for _, name := range names {
		query := words(name)
		found, err := candidates(ctx, tx, list.ID, append(slices.Clone(query), strings.Join(query, "")))
		if err != nil {
			return nil, err
		}
		all := slices.Clone(query)
		for _, c := range found {
			all = append(all, strings.Fields(c.term)...)
		}
		r, err := loadRarity(ctx, tx, list, all)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			m := c.ScreenMatch
			m.Query, m.Score = name, float64(int(r.score(query, strings.Fields(c.term))*10000+0.5))/10000
			if m.Score >= MatchAt-0.2 && m.Score > best[m.Entry].Score {
				best[m.Entry] = m
			}
		}
	}
	out := make([]ScreenMatch, 0, len(best))
	for _, m := range best {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b ScreenMatch) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Entry, b.Entry))
	})
	return out[:min(len(out), mostMatches)], nil
}

// DecideScreening records what a person says about a possible match, with a reason. Whoever entered the customer
// cannot, and the program never does.
func DecideScreening(ctx context.Context, tx pgx.Tx, id int64, d ScreenDecision, reason string, on period.Date, by access.Actor) (Screening, error) {
	doing := fmt.Sprintf("decide about screening %d", id)
	if err := by.Require(access.Finance, access.Admin); err != nil {
		return Screening{}, fmt.Errorf("%s: %w", doing, err)
	}
	s, err := ScreeningByID(ctx, tx, id)
	if err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	var found []fault.Field
	if d != Cleared && d != Confirmed {
		found = append(found, fault.Field{Path: "decision", Value: fault.Shown(string(d)), Message: "must be cleared or confirmed"})
	}
	if strings.TrimSpace(reason) == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: say how you know"})
	}
	if found = append(found, fault.Printable("reason", reason, 1000)...); len(found) > 0 {
		return s, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	newest, _, err := LastScreening(ctx, tx, s.Customer)
	switch {
	case err != nil:
		return s, fmt.Errorf("%s: %w", doing, err)
	case s.Result != Possible:
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "nothing was found that waits for a decision"))
	case s.Decision != Undecided:
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it was %s already", s.Decision))
	case newest.ID != s.ID:
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "the customer was screened again since; decide about that one"))
	case by.IsSystem() || by.UserID == 0:
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.Denied, "a match is decided by a person"))
	case by.UserID == s.EnteredBy:
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.Denied, "whoever entered the customer does not decide whether it may be sold to"))
	}
	if err := insertScreenDecision(ctx, tx, s, d, reason, on, by); err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	s.Decision, s.Reason, s.DecidedBy, s.DecidedOn = d, reason, by.UserID, on
	c, err := Get(ctx, tx, s.Customer, on)
	if err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "customer", Key: c.ExternalID, Account: int64(c.Account)}
	return s, access.Audit(ctx, tx, by, "screening."+string(d), subject, nil, map[string]any{"screening": id, "list": s.List, "score": s.Score}, reason)
}

// Screened is what ScreenAll did.
type Screened struct{ Compared, Possible int }

// screenedTogether is how many customers share a transaction.
const screenedTogether = 100

// ScreenAll screens every customer who has not been against the list that counts, or has changed a name since. It is
// safe to repeat, and to break off.
func ScreenAll(ctx context.Context, db *postgres.DB, on period.Date, by access.Actor, progress func(done int)) (Screened, error) {
	var out Screened
	lists, err := ScreenVersions(ctx, db, 1)
	if err != nil || len(lists) == 0 {
		return out, err // without a list there is nothing to compare with
	}
	for after := ID(0); ; {
		ids, err := unscreened(ctx, db, lists[0].ID, after, screenedTogether)
		if err != nil {
			return out, fmt.Errorf("find customers to screen: %w", err)
		}
		if len(ids) == 0 {
			return out, nil
		}
		possible := 0
		if err := db.Tx(ctx, func(tx pgx.Tx) error {
			possible = 0
			for _, id := range ids {
				s, err := Screen(ctx, tx, id, on, by)
				if err != nil {
					return err
				}
				if s.Held() {
					possible++
				}
			}
			return nil
		}); err != nil {
			return out, err
		}
		after, out.Compared, out.Possible = ids[len(ids)-1], out.Compared+len(ids), out.Possible+possible
		progress(out.Compared)
	}
}
