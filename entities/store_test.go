package entities_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

func TestAnEntityComesBackAsItWasCreated(t *testing.T) {
	db := pgtest.New(t)
	created := create(t, db, inc())
	second := inc()
	second.Code, second.Country, second.Region, second.TimeZone, second.TaxIDs, second.Lines = "rde", "DE", "BE", "Europe/Berlin", nil, nil
	create(t, db, second)

	d, err := entities.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	loaded, ok := d.ByCode("rus")
	if !ok {
		t.Fatal("the entity that was created is not in the directory")
	}
	if diff := cmp.Diff(created, loaded); diff != "" {
		t.Errorf("the entity changed on its way through the database (-created +loaded):\n%s", diff)
	}
	if byID, ok := d.ByID(created.ID); !ok || byID.Code != "rus" {
		t.Errorf("entity %d is %q, should be rus", created.ID, byID.Code)
	}
	if all := d.All(); len(all) != 2 || all[0].Code != "rus" || all[1].Code != "rde" {
		t.Errorf("the directory lists %v, should list rus and rde", all)
	}
	if zone := loaded.Location().String(); zone != "America/Los_Angeles" {
		t.Errorf("the day of rus begins in %s", zone)
	}
}

func TestABadEntityIsRefusedFieldByField(t *testing.T) {
	db := pgtest.New(t)
	for _, c := range []struct {
		what  string
		spoil func(*entities.Entity)
		want  []string
	}{
		{"empty", func(e *entities.Entity) { *e = entities.Entity{} }, []string{"code", "name", "country", "time_zone", "currency"}},
		{"a dash in the code", func(e *entities.Entity) { e.Code = "r-us" }, []string{"code"}},
		{"broken UTF-8", func(e *entities.Entity) { e.Name = "Ratable \xff" }, []string{"name"}},
		{"a NUL", func(e *entities.Entity) { e.City = "San\x00Francisco" }, []string{"city"}},
		{"a line break in a line", func(e *entities.Entity) { e.Lines[1] = "Suite\n300" }, []string{"lines[1]"}},
		{"a country that is none", func(e *entities.Entity) { e.Country = "UK" }, []string{"country"}},
		{"a region of another country", func(e *entities.Entity) { e.Region = "ON" }, []string{"region"}},
		{"an unknown zone", func(e *entities.Entity) { e.TimeZone = "Mars/Olympus" }, []string{"time_zone"}},
		{"the machine's own zone", func(e *entities.Entity) { e.TimeZone = "Local" }, []string{"time_zone"}},
		{"an unknown currency", func(e *entities.Entity) { e.Currency = "BTC" }, []string{"currency"}},
		{"a tax id without a value", func(e *entities.Entity) { e.TaxIDs[0].Value = "" }, []string{"tax_ids[0]"}},
	} {
		e := inc()
		c.spoil(&e)
		err := attempt(db, func(ctx context.Context, tx pgx.Tx) error { _, err := entities.Create(ctx, tx, e, clerk); return err })
		if got := paths(err); !errors.Is(err, fault.Invalid) || !slices.Equal(got, c.want) {
			t.Errorf("%s: refused at %v (%v), should be at %v", c.what, got, err, c.want)
		}
	}
}

func TestAnEntityCodeIsTakenOnce(t *testing.T) {
	db := pgtest.New(t)
	create(t, db, inc())
	err := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := entities.Create(ctx, tx, inc(), clerk)
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a second entity rus: %v, should be a conflict", err)
	}
}

func TestAnEntityIsNeverEdited(t *testing.T) {
	db := pgtest.New(t)
	create(t, db, inc())
	for _, role := range []struct {
		name string
		exec func(sql string) error
	}{
		{"the serving role", func(sql string) error { _, err := db.Exec(context.Background(), sql); return err }},
		{"the owner", func(sql string) error { _, err := pgtest.Admin(t, db).Exec(context.Background(), sql); return err }},
	} {
		for _, sql := range []string{`update entities.entities set name = 'other'`, `delete from entities.tax_ids`, `truncate entities.fx_rates`} {
			if role.exec(sql) == nil {
				t.Errorf("%s may %s", role.name, sql)
			}
		}
	}
}
