package usage

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/postgres"
)

// memory is what intake knows of a database without asking: meters and the zones
// of sellers. Both tables are append-only, so that what was read stays true; what
// is not found is asked for again. Customers are asked for each time: one who
// asked to be forgotten loses the name.
type memory struct {
	mu     sync.Mutex
	meters *catalog.Catalog
	zones  map[entities.ID]*time.Location
}

// memoryOf is empty inside a transaction: what it sees may be taken back.
func memoryOf(q postgres.Querier) *memory {
	if db, ok := q.(*postgres.DB); ok {
		return postgres.Keep[memory](db)
	}
	return &memory{}
}

// metersFor gives meters among which are all that events name, if there are such.
func (m *memory) metersFor(ctx context.Context, q postgres.Querier, events []Event) (*catalog.Catalog, error) {
	m.mu.Lock()
	meters := m.meters
	m.mu.Unlock()
	if meters != nil && len(unknownMeters(events, meters)) == 0 {
		return meters, nil
	}
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.meters = meters
	return meters, nil
}

// zonesFor gives the zones of the entities that sell to customers.
func (m *memory) zonesFor(ctx context.Context, q postgres.Querier, placements map[string]customers.Placement) (map[entities.ID]*time.Location, error) {
	m.mu.Lock()
	zones := m.zones
	m.mu.Unlock()
	known := true
	for _, p := range placements {
		known = known && zones[p.Entity] != nil
	}
	if known {
		return zones, nil
	}
	sellers, err := entities.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	zones = maps.Clone(zones) // others are reading the old one
	if zones == nil {
		zones = make(map[entities.ID]*time.Location)
	}
	for _, p := range placements {
		if zones[p.Entity] == nil {
			seller, ok := sellers.ByID(p.Entity)
			if !ok {
				panic(fmt.Sprintf("usage: customer %d is sold to by entity %d, which does not exist", p.ID, p.Entity))
			}
			zones[p.Entity] = seller.Location()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.zones = zones
	return zones, nil
}
