package reconcile

import (
	"cmp"
	"slices"

	"ratable/internal/money"
)

// sheet sets two sides beside each other, item by item.
type sheet struct {
	scope Scope
	items map[Ref]*Item
	order []Ref
	parts []Part
	notes []string
}

func newSheet(s Scope) *sheet { return &sheet{scope: s, items: map[Ref]*Item{}} }

// at finds an item. Two sides that call it differently (Name) mean the same: the first name stays.
func (s *sheet) at(r Ref) *Item {
	key := r
	if r.Kind != Movement && r.Kind != Booking && r.Kind != Month {
		key.Name = ""
	}
	i := s.items[key]
	if i == nil {
		zero := money.Zero(s.scope.Currency)
		i = &Item{Ref: r, Left: zero, Right: zero, OnlyLeft: true, OnlyRight: true}
		s.items[key], s.order = i, append(s.order, key)
	}
	i.Name = cmp.Or(i.Name, r.Name)
	return i
}

// left adds to an item's left side, as a part of that name.
func (s *sheet) left(r Ref, part string, amount money.Amount) *Item {
	i := s.at(r)
	i.Left, i.OnlyRight = i.Left.Add(amount), false
	s.part(false, part, amount)
	return i
}

func (s *sheet) right(r Ref, part string, amount money.Amount) *Item {
	i := s.at(r)
	i.Right, i.OnlyLeft = i.Right.Add(amount), false
	s.part(true, part, amount)
	return i
}

func (s *sheet) part(right bool, name string, amount money.Amount) {
	if name == "" {
		return
	}
	for i := range s.parts {
		if s.parts[i].Right == right && s.parts[i].Name == name {
			s.parts[i].Amount = s.parts[i].Amount.Add(amount)
			return
		}
	}
	s.parts = append(s.parts, Part{right, name, money.Zero(s.scope.Currency).Add(amount)})
}

func (s *sheet) note(text string) { s.notes = append(s.notes, text) }

// result closes the sheet. Why says what likely makes an item differ; an item that has a reason keeps it.
func (s *sheet) result(spec Spec, why func(Item) string) Result {
	zero := money.Zero(s.scope.Currency)
	r := Result{Scope: s.scope, Spec: spec, State: OK, Left: zero, Right: zero, Parts: s.parts, Notes: s.notes, Compared: len(s.order)}
	for _, key := range s.order {
		i := *s.items[key]
		r.Left, r.Right = r.Left.Add(i.Left), r.Right.Add(i.Right)
		// What one side does not list and the other has at nothing is no difference.
		if !i.Unequal && i.Variance().IsZero() {
			continue
		}
		if i.Why == "" {
			i.Why = why(i)
		}
		r.Items = append(r.Items, i)
	}
	slices.SortStableFunc(r.Items, func(a, b Item) int {
		return cmp.Or(b.Variance().Abs().Cmp(a.Variance().Abs()), cmp.Compare(a.Name, b.Name))
	})
	if len(r.Items) > 0 {
		r.State = Difference
	}
	return r
}

// notLoaded is a comparison without a source.
func notLoaded(scope Scope, spec Spec, missing string) Result {
	zero := money.Zero(scope.Currency)
	return Result{Scope: scope, Spec: spec, State: NotLoaded, Left: zero, Right: zero, Notes: []string{missing}}
}

// sides says what is known of an item on either side, where there is nothing better to say.
func sides(onlyLeft, onlyRight, both string) func(Item) string {
	return func(i Item) string {
		switch {
		case i.OnlyLeft:
			return onlyLeft
		case i.OnlyRight:
			return onlyRight
		}
		return both
	}
}
