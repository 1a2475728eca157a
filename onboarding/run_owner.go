package onboarding

import (
	"context"
	"fmt"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// ownerOf is who looks into holds: who was named, who acts, or for the command line the first who bills.
func ownerOf(ctx context.Context, q postgres.Querier, named int64, by access.Actor) (int64, error) {
	switch {
	case named != 0:
		return named, nil
	case by.UserID != 0:
		return by.UserID, nil
	}
	users, err := access.ListUsers(ctx, q)
	if err != nil {
		return 0, err
	}
	for _, u := range users {
		if u.DisabledAt == nil && (access.Actor{Roles: u.Roles}).Has(access.Finance) {
			return u.ID, nil
		}
	}
	return 0, fmt.Errorf("place holds: %w", fault.New(fault.Conflict, "nobody with the role finance is here to look into them: create the user first"))
}
