package api

import (
	"context"
	"net/http"
	"time"

	"ratable/entities"
	"ratable/invoicing"
)

// state says how the server is.
type state struct {
	Status string `json:"status" example:"up"`
}

func (s *server) stateOperations() []operation {
	return []operation{
		bare[struct{}, state](about{
			id: "get-health", method: http.MethodGet, path: "/healthz", tag: tagState, summary: "Whether the process answers",
			details: "It says nothing about the database: that is what /readyz says.", answer: state{"up"},
		}, s.healthy),
		bare[struct{}, state](about{
			id: "get-readiness", method: http.MethodGet, path: "/readyz", tag: tagState, summary: "Whether the server can work",
			details: "200 when the database answers and holds our tables, 503 before and while it does not: a load balancer sends nobody here then.",
			answer:  state{"ready"}, also: map[int]any{http.StatusServiceUnavailable: state{"waiting for the database"}},
		}, s.ready),
	}
}

// healthy says that the process answers; whether it can work is ready's question.
func (s *server) healthy(c *call) error { return c.echo.JSON(http.StatusOK, state{"up"}) }

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
		return c.echo.JSON(http.StatusServiceUnavailable, state{"waiting for the database"})
	}
	return c.echo.JSON(http.StatusOK, state{"ready"})
}
