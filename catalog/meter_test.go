package catalog_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

func TestAMeterKeepsHowItAddsUpAndByWhat(t *testing.T) {
	db := pgtest.New(t)
	add := func(m catalog.Meter) (added catalog.Meter, err error) {
		err = inTx(db, func(ctx context.Context, tx pgx.Tx) error {
			added, err = catalog.AddMeter(ctx, tx, m, clerk)
			return err
		})
		return added, err
	}
	people := catalog.Meter{Code: "people", Name: "People", Unit: "person", Aggregation: catalog.Unique, UniqueBy: "user", Dimensions: []string{"tier", "region"}}
	added, err := add(people)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := add(people); err != nil || !cmp.Equal(again, added) {
		t.Errorf("the same meter again gives %+v (%v), not %+v", again, err, added)
	}
	all, err := catalog.LoadMeters(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]catalog.Meter{added}, all.Meters()); diff != "" || !slices.Equal(added.Dimensions, []string{"region", "tier"}) {
		t.Errorf("the meter changed on its way (-added +loaded):\n%s", diff)
	}
	other := people
	other.UniqueBy = "device"
	if _, err := add(other); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "unique user by region, tier") {
		t.Errorf("distinct devices under the code of distinct people: %v", err)
	}
}

func TestAMeterThatCannotBeReadIsRefusedAtItsField(t *testing.T) {
	for _, c := range []struct {
		what  string
		meter catalog.Meter
		want  []string
	}{
		{"another way to add up", catalog.Meter{Aggregation: "median"}, []string{"aggregation"}},
		{"distinct values of nothing", catalog.Meter{Aggregation: catalog.Unique}, []string{"unique_by"}},
		{"a sum of distinct values", catalog.Meter{Aggregation: catalog.Sum, UniqueBy: "user"}, []string{"unique_by"}},
		{"a dimension twice", catalog.Meter{Aggregation: catalog.Sum, Dimensions: []string{"region", "region"}}, []string{"dimensions[1]"}},
		{"a dimension that cannot be written", catalog.Meter{Aggregation: catalog.Sum, Dimensions: []string{"the region"}}, []string{"dimensions[0]"}},
		{"more dimensions than prices depend on", catalog.Meter{Aggregation: catalog.Sum, Dimensions: []string{"a", "b", "c", "d", "e", "f"}}, []string{"dimensions"}},
		{"nothing wrong", catalog.Meter{Aggregation: catalog.Max, Dimensions: []string{"region"}}, nil},
	} {
		c.meter.Code, c.meter.Name = "m", "M"
		var paths []string
		for _, f := range c.meter.Validate() {
			paths = append(paths, f.Path)
		}
		if !slices.Equal(paths, c.want) {
			t.Errorf("%s: findings at %v, should be at %v", c.what, paths, c.want)
		}
	}
}
