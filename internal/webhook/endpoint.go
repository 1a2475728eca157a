package webhook

import (
	"slices"
	"strings"
	"time"

	"ratable/internal/fault"
)

// Status says whether an endpoint gets events.
type Status string

// An enabled endpoint gets events; a disabled one gets none until a person enables it; a removed one only has its log.
const (
	Enabled  Status = "enabled"
	Disabled Status = "disabled"
	Removed  Status = "removed"
)

// overlap is how long a secret still signs after another has taken its place.
const overlap = 24 * time.Hour

// NewEndpoint is what a person says about where events go.
type NewEndpoint struct {
	URL, Description string
	Types            []Type // empty = all there are, and those to come
}

// Endpoint is where events go.
type Endpoint struct {
	ID               int64
	URL, Description string
	Types            []Type
	Status           Status
	Reason           string // why it stands so
	StatusAt         time.Time
	FailingSince     time.Time // the first failure since something last arrived; zero = it is well
	OwnerEmail       string
	CreatedBy        string
	CreatedAt        time.Time
	Waiting, Failed  int       // deliveries
	RotatesUntil     time.Time // the secret before the present one signs until then; zero = there is one
}

// Wants says whether the endpoint gets events of a type.
func (e Endpoint) Wants(t Type) bool { return len(e.Types) == 0 || slices.Contains(e.Types, t) }

// normal is what was said without the spaces around it, the scheme in small letters.
func (n NewEndpoint) normal() NewEndpoint {
	n.URL, n.Description = strings.TrimSpace(n.URL), strings.TrimSpace(n.Description)
	if scheme, rest, ok := strings.Cut(n.URL, "://"); ok {
		n.URL = strings.ToLower(scheme) + "://" + rest
	}
	return n
}

func (n NewEndpoint) check(g Guard) []fault.Field {
	found := g.checkURL(n.URL)
	if len(n.Description) > 200 || strings.ContainsFunc(n.Description, func(r rune) bool { return r < ' ' }) {
		found = append(found, fault.Field{Path: "description", Value: fault.Shown(n.Description), Message: "must be one line of at most 200 letters"})
	}
	for _, t := range n.Types {
		if _, known := described[t]; !known || t == Test {
			found = append(found, fault.Field{Path: "types", Value: fault.Shown(string(t)), Message: "is no type of event"})
		}
	}
	return found
}

// kinds are the types without repeats, in the order of the list.
func (n NewEndpoint) kinds() []string {
	out := []string{}
	for _, d := range Types {
		if slices.Contains(n.Types, d.Type) {
			out = append(out, string(d.Type))
		}
	}
	return out
}
