package demo

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/internal/period"
)

// leaving is the customer that ends its contract early; its last day is in
// customers.yaml. What it paid for the rest of the year goes back.
var leaving = struct{ customer, reason string }{"harbor-pilot", "Harbor Pilot closes its office; notice by letter of 4 September"}

// reached is the milestone that was delivered; the other one of the contract is open.
var reached = struct {
	contract, line, note string
	on                   period.Date
}{"C-1022", "first-clinics", "Accepted by Keystone's project lead by e-mail", period.NewDate(2026, 6, 12)}

// successor takes over as payer of a contract, from the first of a month on; it
// was asked for on a day before.
var successor = struct {
	contract, payer, reason string
	asked, from             period.Date
}{"C-1023", "mueller-maschinenbau", "Müller's shared services pay for the whole group from July on", period.NewDate(2026, 6, 24), period.NewDate(2026, 7, 1)}

// twice is the customer that was entered twice.
var twice = struct {
	duplicate, into, reason string
	on                      period.Date
}{"juniper-health-inc", "juniper-health", "Same company, same address: support entered it again from a mail signature", period.NewDate(2026, 9, 17)}

// disputed is the contract whose bills wait in the open month, from its first
// day on.
var disputed = struct{ contract, reason string }{"C-1005", "Redwood counts two packages less for the month before and sends its own figures; look before the next bill goes out"}

// paper is the signed order form kept with a contract.
var paper = struct{ contract, file, about string }{"C-1001", "Helios order form, signed.pdf", "§ 4"}

// endContracts writes what ends the contract of the customer that leaves.
func (s *story) endContracts() error {
	d := slices.IndexFunc(s.documents, func(d contracts.Document) bool { return d.Customer == leaving.customer })
	last := s.customer(leaving.customer).Until
	ended, err := contracts.Terminate(s.documents[d], last, contracts.Ending{Cause: contracts.Convenience, Refund: contracts.Unused},
		contracts.Why{On: last, Reason: leaving.reason})
	if err != nil {
		return fmt.Errorf("end contract %s: %w", s.documents[d].Contract, err)
	}
	s.documents = append(s.documents, ended)
	return nil
}
