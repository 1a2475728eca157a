package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// The entitlement routes are asked on every request of somebody's product. They answer from memory, token check included, and
// go on while the database is away; huma describes them and does not see their calls.

// FeatureAt names a feature of a customer by its address.
type FeatureAt struct {
	CustomerAt
	Feature string `path:"feature" maxLength:"64" doc:"A feature of the catalog" example:"seats"`
}

// Waiting asks for an answer only if it is another one.
type Waiting struct {
	Wait        string `query:"wait" doc:"With If-None-Match: how long to wait for another answer before 304, at most 50s. It is sent as soon as it is there" example:"30s"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of the answer there is: 304 while it stands" example:"\"9a41c07e5d2b8f36\""`
}

// entitlementsAnswer and featureAnswer describe what package entitlements writes.
type entitlementsAnswer struct {
	Customer string        `json:"customer" doc:"External id" example:"northwind"`
	Version  string        `json:"version" doc:"Of what is said: another answer has another one, the same answer the same on every node" example:"9a41c07e5d2b8f36"`
	Features []FeatureSaid `json:"features" doc:"By code: what may be used, and what could be once or will be"`
	Stale    bool          `json:"stale,omitempty" doc:"true while the database cannot be reached: the answer is the last one known"`
	Since    string        `json:"stale_since,omitempty" format:"date-time" doc:"When it was last confirmed"`
}

type featureAnswer struct {
	Customer string `json:"customer" doc:"External id" example:"northwind"`
	Version  string `json:"version" doc:"Of what is said about this feature" example:"51c02f8a9d3e7b64"`
	FeatureSaid
	Stale bool   `json:"stale,omitempty" doc:"true while the database cannot be reached: the answer is the last one known"`
	Since string `json:"stale_since,omitempty" format:"date-time" doc:"When it was last confirmed"`
}

// FeatureSaid is what is said about one feature.
type FeatureSaid struct {
	Feature   string      `json:"feature" example:"api-calls"`
	Kind      string      `json:"kind,omitempty" enum:"switch,limit,metered" doc:"metered: used and remaining are counted here; limit: who asks counts"`
	Allowed   bool        `json:"allowed" doc:"Whether the customer may use it now"`
	State     string      `json:"state" enum:"active,grace,throttled,stopped,paused,upcoming,ended,off,none" doc:"none: nothing that was bought ever gave it"`
	Limit     string      `json:"limit,omitempty" doc:"Missing: there is none" example:"250000"`
	Used      string      `json:"used,omitempty" example:"180250"`
	Remaining string      `json:"remaining,omitempty" example:"69750"`
	Unit      string      `json:"unit,omitempty" example:"call"`
	Bound     string      `json:"bound,omitempty" enum:"hard,slow,soft" doc:"At the limit: nothing more, more but throttled, or more at extra cost"`
	Overage   bool        `json:"overage,omitempty" doc:"Nothing is left of what was included or prepaid: what is used now costs extra"`
	ResetsOn  period.Date `json:"resets_on,omitzero" format:"date" doc:"First day on which the count begins anew" example:"2026-04-01"`
	Until     period.Date `json:"until,omitzero" format:"date" doc:"First day on which it may no longer be used" example:"2027-01-01"`
	UntilWhy  string      `json:"until_because,omitempty" enum:"trial,term,termination,line,pause"`
	Budgets   []budget    `json:"budgets,omitempty" doc:"Caps and prepaid balances in money"`
	Because   []because   `json:"because" doc:"The lines of contracts that give it, or did"`
}

type budget struct {
	Contract  string      `json:"contract" example:"C-2026-014"`
	ID        string      `json:"id" example:"budget"`
	Kind      string      `json:"kind" enum:"cap,prepaid"`
	Label     string      `json:"label" example:"Cap of 5,000.00 a month"`
	Limit     string      `json:"limit" example:"5000.00"`
	Used      string      `json:"used" example:"1210.50"`
	Remaining string      `json:"remaining" example:"3789.50"`
	Currency  string      `json:"currency" example:"USD"`
	Then      string      `json:"then,omitempty" enum:"continue,stop,throttle,warn" doc:"What happens at a cap"`
	ResetsOn  period.Date `json:"resets_on,omitzero" format:"date" example:"2026-04-01"`
}

type because struct {
	Contract   string      `json:"contract" example:"C-2026-014"`
	Version    int         `json:"version" example:"2"`
	Line       string      `json:"line" example:"calls"`
	Clause     string      `json:"clause,omitempty" example:"§ 3.2"`
	Product    string      `json:"product" example:"api-calls"`
	Plan       string      `json:"plan,omitempty" example:"team-monthly"`
	State      string      `json:"state" enum:"active,grace,throttled,stopped,paused,upcoming,ended,off"`
	Limit      string      `json:"limit,omitempty" example:"25"`
	Since      period.Date `json:"since" format:"date" example:"2026-01-01"`
	Until      period.Date `json:"until,omitzero" format:"date" example:"2027-01-01"`
	UntilWhy   string      `json:"until_because,omitempty" enum:"trial,term,termination,line,pause"`
	RenewsOn   period.Date `json:"renews_on,omitzero" format:"date" example:"2027-01-01"`
	TrialUntil period.Date `json:"trial_until,omitzero" format:"date" doc:"First day it costs something" example:"2026-02-01"`
	Programme  string      `json:"programme,omitempty" example:"startup"`
	ProgUntil  period.Date `json:"programme_until,omitzero" format:"date" example:"2026-07-01"`
	Cap        string      `json:"cap,omitempty" doc:"The one that stops or slows it" example:"Cap of 5,000.00 a month"`
	Shared     int         `json:"shared,omitempty" doc:"How many members of the family use one limit together" example:"3"`
}

// question is one of a batch.
type question struct {
	Customer string `json:"customer" maxLength:"200" example:"northwind"`
	Feature  string `json:"feature" maxLength:"64" example:"seats"`
}

type questions struct {
	Checks []question `json:"checks" minItems:"1" maxItems:"1000"`
}

type verdicts struct {
	Answers []json.RawMessage `json:"answers" doc:"In the order of the checks: an answer as of one feature, or customer, feature and error"`
	Stale   bool              `json:"stale,omitempty"`
	Since   string            `json:"stale_since,omitempty" format:"date-time"`
}

// maxChecks bounds a batch.
const maxChecks = 1000

var entitlementDesks = append([]access.Role{access.Customer}, staff...) // a customer's own tokens ask about themselves

func (s *server) entitlementOperations() []operation {
	seats := FeatureSaid{Feature: "seats", Kind: "limit", Allowed: true, State: "active", Limit: "25", Unit: "seat", Bound: "hard",
		Because: []because{{Contract: "C-2026-014", Version: 2, Line: "seats", Product: "platform-seats", State: "active", Limit: "25", Since: period.NewDate(2026, 1, 1)}}}
	one := featureAnswer{Customer: "northwind", Version: "51c02f8a9d3e7b64", FeatureSaid: seats}
	a := about{method: http.MethodGet, tag: tagEntitlements, scope: access.EntitlementRead, roles: entitlementDesks, streams: true, admit: (*call).remembered,
		also: map[int]any{http.StatusNotModified: none{}}, refuses: []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}, describe: describeAnswers}
	all, feature, batch := a, a, a
	all.id, all.path, all.summary = "get-entitlements", "/v1/entitlements/{customer}", "All that a customer may use"
	all.details = "Answered from memory, within a second of what changes it: approvals, usage that fills a cap, the end of a trial at midnight of the seller. Ask with If-None-Match, and with `wait` to be told of a change as it happens. While the database is away answers go on: `stale` says so, and the header Age for how long."
	all.answer = entitlementsAnswer{Customer: "northwind", Version: "9a41c07e5d2b8f36", Features: []FeatureSaid{seats}}
	feature.id, feature.path, feature.summary = "get-entitlement", "/v1/entitlements/{customer}/{feature}", "Whether a customer may use a feature"
	feature.details, feature.answer = "As for all features, with a version of its own: it does not change with another feature.", one
	batch.id, batch.method, batch.path, batch.summary = "check-entitlements", http.MethodPost, "/v1/entitlements", "Up to 1,000 questions at once"
	batch.details, batch.keyless, batch.also = "One customer or feature that is not there does not keep the others from their answers.", true, nil
	said, _ := json.Marshal(one)
	batch.request, batch.answer = questions{[]question{{"northwind", "seats"}}}, verdicts{Answers: []json.RawMessage{said}}
	batch.describe = describeBatch
	return []operation{
		hot[struct {
			CustomerAt
			Waiting
		}, entitlementsAnswer](all, (*call).giveEntitlements),
		hot[struct {
			FeatureAt
			Waiting
		}, featureAnswer](feature, (*call).giveEntitlement),
		bare[struct{ Body questions }, verdicts](batch, (*call).checkEntitlements),
	}
}

func describeAnswers(op *huma.Operation, _ huma.Registry) {
	text := &huma.Schema{Type: "string"}
	headers := map[string]*huma.Param{
		"ETag":                   {Description: "The version, to be sent back as If-None-Match", Schema: text},
		"X-Entitlements-Version": {Description: "The version", Schema: text},
		"Age":                    {Description: "Seconds since the answer was confirmed by the database; 0 while it can be reached", Schema: text},
	}
	op.Responses["200"].Headers = headers
	op.Responses["304"].Description = "It stands as it was"
	op.Responses["304"].Headers = headers
}

func describeBatch(op *huma.Operation, r huma.Registry) {
	of := op.Responses["200"].Content["application/json"].Schema
	if of.Ref != "" {
		of = r.SchemaFromRef(of.Ref)
	}
	of.Properties["answers"] = &huma.Schema{Type: "array", Description: of.Properties["answers"].Description, Items: &huma.Schema{Type: "object", AdditionalProperties: true,
		Properties: map[string]*huma.Schema{"customer": {Type: "string"}, "feature": {Type: "string"}, "allowed": {Type: "boolean"}, "error": {Type: "string"}}, Required: []string{"customer", "feature"}}}
}

// remembered admits a token that was seen before without asking the database.
func (c *call) remembered() error {
	secret, err := c.secret()
	if err != nil {
		return err
	}
	bearer, err := c.Door.Bearer(c.ctx, secret)
	if err != nil {
		return c.unavailable(err)
	}
	return c.admitted(bearer)
}

// unavailable is what a caller is told when nothing in memory answers and the database does not.
func (c *call) unavailable(err error) error {
	if fault.Kind(err) != nil {
		return err
	}
	c.Log.WarnContext(c.ctx, "an entitlement could not be answered from memory", "id", c.id, "error", err)
	c.echo.Response().Header().Set("Retry-After", "1")
	return newProblem(http.StatusServiceUnavailable, "the database cannot be reached and this answer is not in memory; try again")
}

// entitled finds the answer about the customer of the address. A customer's own token finds nobody else.
func (c *call) entitled() (*entitlements.Answer, error) {
	external := c.echo.Param("customer")
	a, err := c.Entitlements.Of(c.ctx, external)
	if err != nil {
		return nil, c.unavailable(err)
	}
	if c.by.CustomerID != 0 && int64(a.Customer.ID) != c.by.CustomerID {
		return nil, fault.New(fault.NotFound, "there is no customer %q", external)
	}
	return a, nil
}

func (c *call) giveEntitlements() error {
	return c.say(func(a *entitlements.Answer) (entitlements.Said, error) { return a.Said, nil })
}

func (c *call) giveEntitlement() error {
	feature := c.echo.Param("feature")
	return c.say(func(a *entitlements.Answer) (entitlements.Said, error) {
		if said, ok := a.Feature(feature); ok {
			return said, nil
		}
		return c.Entitlements.Unbought(a.Customer.ExternalID, feature)
	})
}

// say answers, or waits until there is something else to say than what the caller has.
func (c *call) say(pick func(*entitlements.Answer) (entitlements.Said, error)) error {
	has := c.echo.Request().Header.Get("If-None-Match")
	wait, err := c.patience()
	if err != nil {
		return err
	}
	var over <-chan time.Time
	for {
		a, err := c.entitled()
		if err != nil {
			return err
		}
		said, err := pick(a)
		if err != nil {
			return err
		}
		if !matches(has, said.ETag) {
			return c.send(said)
		}
		if over == nil && wait > 0 {
			done, err := c.wait()
			if err != nil {
				return err
			}
			defer done()
			clock := time.NewTimer(wait)
			defer clock.Stop()
			over = clock.C
		}
		if over == nil {
			return c.send304(said)
		}
		select {
		case <-a.Replaced():
		case <-over:
			return c.send304(said)
		case <-c.Entitlements.Ending():
			return c.send304(said)
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		}
	}
}

// matches says whether the caller has the answer already (RFC 9110, 13.1.2): a list of tags, or any at all.
func matches(has, etag string) bool {
	if has == "" {
		return false
	}
	for tag := range strings.SplitSeq(has, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// maxWait bounds a long poll below the minute after which servers and proxies cut a request off.
const maxWait = 50 * time.Second

func (c *call) patience() (time.Duration, error) {
	if c.echo.Request().URL.RawQuery == "" {
		return 0, nil
	}
	text := c.echo.QueryParam("wait")
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if seconds, number := strconv.Atoi(text); number == nil {
		wait, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || wait < 0 || wait > maxWait {
		return 0, fault.InvalidFields(fault.Field{Path: "wait", Value: fault.Shown(text), Message: "must be a time of at most 50s, such as 30s"})
	}
	return wait, nil
}

// headers says how fresh the answer is, and since when it is not confirmed.
func (c *call) headers(said entitlements.Said) (since time.Time, stale bool) {
	h := c.echo.Response().Header()
	describe(h, said)
	if since, stale = c.Entitlements.Since(); !stale {
		h["Age"] = ageZero
		return since, false
	}
	h["Age"] = []string{strconv.Itoa(max(0, int(c.Now().Sub(since).Seconds())))}
	return since, true
}

func (c *call) send(said entitlements.Said) error {
	body := said.Body
	if since, stale := c.headers(said); stale {
		body = notConfirmed(body, since)
	}
	w := c.echo.Response()
	w.Header()["Content-Type"] = jsonKind
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body)
	return err
}

func (c *call) send304(said entitlements.Said) error {
	c.headers(said)
	c.echo.Response().WriteHeader(http.StatusNotModified)
	return nil
}

// notConfirmed adds to an object that it is not confirmed, and since when.
func notConfirmed(body []byte, since time.Time) []byte {
	return fmt.Appendf(bytes.Clone(body[:len(body)-1]), `,"stale":true,"stale_since":%q}`, since.Format(time.RFC3339))
}

// checkEntitlements answers a batch: those in memory at once, all the others in one look.
func (c *call) checkEntitlements() error {
	asked, err := c.questions()
	if err != nil {
		return err
	}
	externals := make([]string, len(asked))
	for i, q := range asked {
		externals[i] = q.Customer
	}
	if err := c.Entitlements.Fetch(c.ctx, externals); err != nil {
		return c.unavailable(err)
	}
	out := append(make([]byte, 0, 400*len(asked)), `{"answers":[`...)
	for i, q := range asked {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, c.verdict(q)...)
	}
	out = append(out, "]}"...)
	if since, stale := c.Entitlements.Since(); stale {
		out = notConfirmed(out, since)
	}
	return c.echo.JSONBlob(http.StatusOK, out)
}

func (c *call) verdict(q question) []byte {
	a := c.Entitlements.Held(q.Customer)
	refuse := func(format string, args ...any) []byte {
		text, err := json.Marshal(map[string]string{"customer": q.Customer, "feature": q.Feature, "error": fmt.Sprintf(format, args...)})
		if err != nil {
			panic(err)
		}
		return text
	}
	if a == nil || c.by.CustomerID != 0 && int64(a.Customer.ID) != c.by.CustomerID {
		return refuse("there is no customer %s", fault.Shown(q.Customer))
	}
	if said, ok := a.Feature(q.Feature); ok {
		return said.Body
	}
	said, err := c.Entitlements.Unbought(a.Customer.ExternalID, q.Feature)
	if err != nil {
		return refuse("%v", err)
	}
	return said.Body
}

func (c *call) questions() ([]question, error) {
	if err := c.about.takes(c.echo.Request().Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(c.echo.Request().Body, usualBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > usualBody {
		return nil, tooLarge(usualBody)
	}
	var in questions
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil || !utf8.Valid(body) || len(bytes.TrimSpace(body[dec.InputOffset():])) > 0 {
		return nil, fault.InvalidFields(fault.Field{Path: "checks", Message: fmt.Sprintf(`cannot be read (%v); send {"checks": [{"customer": "northwind", "feature": "seats"}]}`, errors.Join(err))})
	}
	if n := len(in.Checks); n == 0 || n > maxChecks {
		return nil, fault.InvalidFields(fault.Field{Path: "checks", Value: strconv.Itoa(n), Message: "must be 1 to 1,000 questions"})
	}
	return in.Checks, nil
}
