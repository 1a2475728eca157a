package web

import (
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/postgres"
)

// namesOf looks up what a page calls the keys it shows, in one query a kind.
func (v *visit) namesOf(q postgres.Querier, people []customers.ID, agreed []int64) (n names, err error) {
	if n.entities, err = entities.Load(v.ctx, q); err != nil {
		return n, err
	}
	if len(people) > 0 {
		if n.customers, err = customers.NamesOf(v.ctx, q, unique(people)); err != nil {
			return n, err
		}
	}
	if len(agreed) > 0 {
		n.contracts, err = contracts.NumbersOf(v.ctx, q, unique(agreed))
	}
	return n, err
}

// unique drops what stands twice, and zeros.
func unique[T ~int64](ids []T) []T {
	out := slices.Clone(ids)
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(id T) bool { return id == 0 })
}

// people is what users are called, by id; 0 is the program itself.
func (v *visit) people(q postgres.Querier) (map[int64]string, error) {
	users, err := access.ListUsers(v.ctx, q)
	called := map[int64]string{0: "System"}
	for _, u := range users {
		called[u.ID] = u.Name
	}
	return called, err
}
