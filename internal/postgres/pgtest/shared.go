package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"ratable/internal/postgres"
)

// Shared is a database that is filled once for all tests of a process, when the first of them asks for it, and
// copied for each one: for facts that take seconds to make. Declare it as a variable of the test package.
type Shared struct {
	Fill func(ctx context.Context, db *postgres.DB) error

	once sync.Once
	name string
	err  error
}

// Clone returns a copy of the filled database that is this test's own, as New does.
func (s *Shared) Clone(t testing.TB, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatalf("no database to test on: %v", err)
	}
	s.once.Do(func() { s.err = s.make(c) })
	if s.err != nil {
		t.Fatalf("fill the shared database: %v", s.err)
	}
	return c.copyOf(t, s.name, opts...)
}

// make fills the database and leaves it without a session, as one that is copied must be.
func (s *Shared) make(c *cluster) error {
	ctx := context.Background()
	s.name = fmt.Sprintf("%s%d_%d_shared", testPrefix, os.Getpid(), count.Add(1))
	if err := c.create(ctx, s.name, c.template); err != nil {
		return err
	}
	filled.Lock()
	filled.names = append(filled.names, s.name)
	filled.Unlock()
	db, err := postgres.Open(ctx, withDatabase(c.Serving, s.name))
	if err != nil {
		return err
	}
	defer db.Close()
	return s.Fill(ctx, db)
}

// filled are the shared databases of this process, for Main to drop.
var filled struct {
	sync.Mutex
	names []string
}

func dropFilled() error {
	var failed []error
	for _, name := range filled.names {
		c, err := theCluster()
		if err == nil {
			_, err = c.admin.Exec(context.Background(), "drop database "+name+" with (force)")
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
