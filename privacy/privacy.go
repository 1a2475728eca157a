// Package privacy answers people who ask what is known about them, and takes it away when they want to be forgotten
// (GDPR Art. 15, 17 and 20; CCPA § 1798.105).
//
// It owns the requests and what became of them. It does not own the data: migration 0043 looks through every table of
// every part for an address and a name, so that a part added later is searched too, and rewrites what it finds.
//
// Times: a request is asked, decided by another person, and carried out in that same transaction.
//
// Invariants:
//   - what law keeps is not touched, and the answer says what that is and why (privacy.kept);
//   - the books stay whole: no amount, day, number or key changes, and a seal over facts that were rewritten still holds,
//     because the hash each of them had is kept beside the one it has (privacy.erased_facts);
//   - who serves cannot rewrite anything but by privacy.erase, and that asks for an approved request;
//   - a person becomes one pseudonym everywhere: what belonged together still does.
package privacy

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
)

// SubjectKind names a request among the approvals.
const SubjectKind = "erasure"

// Asked is a request as somebody enters it: a person by address, or a customer who is one.
type Asked struct {
	Email      string // of the person, or
	Customer   string // external id of a consumer
	UsageValue string // how usage events name the person, where they do: a user id in a dimension
	Reason     string // what the person wrote, and when
}

// State is how far a request is.
type State string

const (
	Waiting  State = "waiting"  // for another person's decision
	Rejected State = "rejected" //
	Erased   State = "erased"   //
)

// Request is who is to be forgotten. Once that is done it says the pseudonym.
type Request struct {
	ID         int64
	Email      string
	Customer   customers.ID // 0: a person by address
	UsageValue string
	Names      []string
	Customers  []customers.ID
	Accounts   []customers.AccountID
	Reason     string
	By         int64
	At         time.Time
	State      State
	Result     []Place   // of one carried out
	ErasedAt   time.Time //
}

// Place is a table that names the person.
type Place struct {
	Table string          `json:"table"`
	Rows  int64           `json:"rows"`
	Kept  string          `json:"kept,omitempty"` // why these rows stay as they are
	Data  json.RawMessage `json:"data,omitempty"` // up to a thousand of the rows, when asked for
}

// Subject is the request among approvals and in the audit trail, which never holds the address.
func (r Request) Subject() access.Subject { return subject(r.ID) }

func subject(id int64) access.Subject {
	return access.Subject{Kind: SubjectKind, Key: fmt.Sprint(id)}
}

// Pseudonym is the name that stands for the person afterwards.
func (r Request) Pseudonym() string { return fmt.Sprintf("Erased person %d", r.ID) }

// check says what is wrong with what was entered.
func (a Asked) check() error {
	var found []fault.Field
	add := func(path, value, message string) {
		found = append(found, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
	}
	switch {
	case a.Email == "" && a.Customer == "":
		add("email", "", "is missing: the address by which the person is known here, or the number of a customer who is one")
	case a.Email != "" && a.Customer != "":
		add("customer", a.Customer, "cannot be given with an address: ask for one of them")
	case a.Email != "" && (!strings.Contains(a.Email, "@") || strings.ContainsAny(a.Email, " \t\r\n")):
		add("email", a.Email, "is not an e-mail address")
	}
	if strings.TrimSpace(a.Reason) == "" {
		add("reason", "", "is missing: what the person asked, when and how you know that it is them")
	}
	for _, f := range []struct {
		path, value string
		most        int
	}{{"email", a.Email, 254}, {"customer", a.Customer, 100}, {"usage_value", a.UsageValue, 255}, {"reason", a.Reason, 1000}} {
		found = append(found, fault.Printable(f.path, f.value, f.most)...)
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return nil
}
