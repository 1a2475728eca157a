package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/entities"
	"ratable/invoicing"
)

// prepare runs the verb in a transaction. This is the only file here that names the driver.
func (s *server) prepare(c *call, d contracts.Document) (kept contracts.Contract, err error) {
	err = s.DB.Tx(c.ctx, func(tx pgx.Tx) error {
		kept, err = contracts.Prepare(c.ctx, tx, d, s.Today(), c.by)
		return err
	})
	return kept, err
}

// signUp and change run a verb in a transaction.
func (s *server) signUp(c *call, r contracts.SignUpRequest) (out contracts.SignedUp, err error) {
	err = s.DB.Tx(c.ctx, func(tx pgx.Tx) error {
		out, err = contracts.SignUp(c.ctx, tx, r, s.Today(), c.by)
		return err
	})
	return out, err
}

func (s *server) change(c *call, number string, x contracts.PlanChange) (out contracts.Contract, err error) {
	err = s.DB.Tx(c.ctx, func(tx pgx.Tx) error {
		out, err = contracts.ChangeSubscription(c.ctx, tx, number, x, s.Today(), c.by)
		return err
	})
	return out, err
}

// healthy says that the process answers; whether it can work is ready's question.
func (s *server) healthy(c *call) error {
	return c.echo.JSON(http.StatusOK, map[string]string{"status": "up"})
}

// ready says whether the database answers and holds our tables: a load balancer sends nobody here before.
func (s *server) ready(c *call) error {
	ctx, cancel := context.WithTimeout(c.ctx, 2*time.Second)
	defer cancel()
	_, err := entities.Load(ctx, s.DB)
	if err == nil {
		_, err = invoicing.RunOf(ctx, s.DB, s.Today())
	}
	if err != nil && problemOf(err, c.id).Status == http.StatusInternalServerError {
		s.Log.WarnContext(ctx, "not ready", "id", c.id, "error", err)
		return c.echo.JSON(http.StatusServiceUnavailable, map[string]string{"status": "waiting for the database"})
	}
	return c.echo.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
