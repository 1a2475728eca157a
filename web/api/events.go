package api

import (
	"net/http"

	"ratable/usage"
)

// receipt says what became of every event.
type receipt struct {
	Accepted    int        `json:"accepted"`
	Repeated    int        `json:"repeated"`    // the same content again: counted once
	Quarantined int        `json:"quarantined"` // customer or meter unknown: kept, counted when they are known
	Conflicts   []conflict `json:"conflicts,omitempty"`
}

// conflict is an id that came again with other content: the first stands.
type conflict struct {
	Source   string `json:"source"`
	ID       string `json:"id"`
	Kept     string `json:"kept_quantity"`
	Offered  string `json:"offered_quantity"`
	Customer string `json:"customer"`
}

// takeEvents accepts CloudEvents, one or a batch. Sending a batch again is safe. A conflict is 409, although the rest
// of the batch counts: a sender that reuses an id must notice.
func (s *server) takeEvents(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	events, err := usage.ParseCloudEvents(body)
	if err != nil {
		return err
	}
	got, err := usage.Ingest(c.ctx, s.DB, events, s.Now(), c.by)
	if err != nil {
		return err
	}
	out := receipt{Accepted: got.Accepted, Repeated: got.Repeated, Quarantined: got.Quarantined}
	for _, x := range got.Conflicts {
		out.Conflicts = append(out.Conflicts, conflict{x.Offered.Source, x.Offered.ID, x.Kept.Quantity.String(), x.Offered.Quantity.String(), x.Offered.Customer})
	}
	status := http.StatusAccepted
	if len(out.Conflicts) > 0 {
		status = http.StatusConflict
	}
	return c.echo.JSON(status, out)
}
