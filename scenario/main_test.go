package scenario

import (
	"testing"

	"ratable/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
