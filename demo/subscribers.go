package demo

import (
	"fmt"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
)

// listed is a part of the real list of sanctioned parties: nine entries. A company that sells imports all of it.
func listed() (customers.ScreenList, error) {
	var list customers.OFAC
	for name, into := range map[string]*[]byte{"sdn": &list.SDN, "add": &list.Addresses, "alt": &list.Aliases, "sdn_comments": &list.Comments} {
		content, err := files.ReadFile("screening/" + name + ".csv")
		if err != nil {
			return customers.ScreenList{}, err
		}
		*into = content
	}
	l, err := customers.ParseOFAC(list)
	if err != nil {
		return l, fmt.Errorf("read the screening list: %w", err)
	}
	l.Source = "Part of OFAC SDN, for the demo"
	return l, nil
}

// subscriber signs up on a plan, pay as you go, on a billing day of the story's calendar. All of them do so before the
// open month's second day, so that they are there whatever day it is.
type subscriber struct {
	existing string // a customer of customers.yaml, or
	signer   contracts.Signer
	plan     string
	quantity int64
	from     period.Date
	by       string
	calls    int64 // of the API, on an ordinary weekday
	changes  []changing
}

// changing is what a subscriber asks for later.
type changing struct {
	on     period.Date
	change contracts.PlanChange
	by     string
}

// subscribers leave one subscription of each kind in the open month: on trial, gone over to a larger plan within a
// billing period, paused, cancelled and still running, and held for a possible match.
var subscribers = []subscriber{
	{
		signer: signer("marigold-legal", "Marigold Legal", "Nora Quist", "office@marigold-legal.example", "77 Summer Street", "Boston", "MA", "02110"),
		plan:   "team-annual", from: period.NewDate(2026, 6, 15), by: "sven", calls: 9000,
		changes: []changing{{period.NewDate(2026, 10, 9), contracts.PlanChange{Kind: contracts.ToCancel, Reason: "Moves its archive in house next year"}, "sven"}},
	},
	{
		signer: signer("saltbox-tools", "Saltbox Tools", "Ike Ferrara", "ike@saltbox-tools.example", "18 Exchange Street", "Portland", "ME", "04101"),
		plan:   "starter-monthly", from: period.NewDate(2026, 8, 8), by: "sven", calls: 2400,
		changes: []changing{{period.NewDate(2026, 10, 20), contracts.PlanChange{Kind: contracts.ToPause, Reason: "Closed for the season; opens again in spring"}, "sven"}},
	},
	{
		signer: signer("thistle-and-co", "Thistle & Co", "Adele Monroe", "adele@thistle.example", "310 Peachtree Street", "Atlanta", "GA", "30308"),
		plan:   "starter-monthly", from: period.NewDate(2026, 9, 15), by: "sofia", calls: 3000,
		changes: []changing{{period.NewDate(2026, 10, 27), contracts.PlanChange{Kind: contracts.ToPlan, Plan: "team-monthly", Reason: "Grew out of the starter plan"}, "sofia"}},
	},
	{existing: customerOfLogin, plan: "seats-monthly", quantity: 12, from: period.NewDate(2026, 11, 1), by: "sofia"},
	{
		signer: signer("bel-kap-works", "Bel Kap Steel Works", "Wanda Pruitt", "ap@belkap-works.example", "2100 Superior Avenue", "Cleveland", "OH", "44114"),
		plan:   "starter-monthly", from: period.NewDate(2026, 11, 1), by: "sven",
	},
}

func signer(id, name, contact, email, street, city, state, zip string) contracts.Signer {
	return contracts.Signer{ExternalID: id, Name: name, Contact: contact, Email: email, Lines: []string{street}, City: city, Region: state, Postcode: zip, Country: "US"}
}

// id is the customer's external id.
func (s subscriber) id() string {
	if s.existing != "" {
		return s.existing
	}
	return s.signer.ExternalID
}

// pausedFrom is the day on which nothing is used any more; none is zero.
func (s subscriber) pausedFrom() period.Date {
	for _, c := range s.changes {
		if c.change.Kind == contracts.ToPause {
			return c.on
		}
	}
	return period.Date{}
}
