package main

import (
	"context"
	"time"

	"ratable/entities"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// sender is what takes events to the endpoints of other systems, not started.
func (c *Config) sender(db *postgres.DB) (*webhook.Sender, webhook.Guard, error) {
	guard, err := webhook.ParseGuard(c.WebhookNetworks)
	if err != nil {
		return nil, guard, err
	}
	s := webhook.NewSender(db, guard, time.Now)
	s.Log, s.From = c.log(), sendsForUs
	if s.Site, err = mail.ParseSite(c.URL); err != nil {
		return nil, guard, err
	}
	return s, guard, nil
}

// sendsForUs is in whose name the owner of an endpoint is written to: our first legal entity.
func sendsForUs(ctx context.Context, q postgres.Querier) (mail.Address, error) {
	directory, err := entities.Load(ctx, q)
	if err != nil || len(directory.All()) == 0 {
		return mail.Address{}, err
	}
	first := directory.All()[0]
	return mail.Address{Name: first.Name, Email: first.Email}, nil
}
