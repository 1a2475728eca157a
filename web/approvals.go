package web

import (
	"ratable/internal/access"
)

// decidable are the requests that wait for a word of this very person: four eyes hide what they prepared themselves.
func (v *visit) decidable() ([]access.Approval, error) {
	waiting, err := access.Pending(v.ctx, v.DB, v.By.Roles)
	if err != nil {
		return nil, err
	}
	mine := waiting[:0]
	for _, a := range waiting {
		if a.MayDecide(v.By) == nil {
			mine = append(mine, a)
		}
	}
	return mine, nil
}
