package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/web"
)

type serveCommand struct {
	NoWorker bool `help:"Serve only; another process runs the scheduler."`
}

// Run serves until it is told to stop.
func (s *serveCommand) Run(ctx context.Context, c *Config) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	return c.serve(ctx, db, site{worker: !s.NoWorker}, func(address string) {
		fmt.Printf("Ratable is at %s\n", address)
	})
}

type workerCommand struct{}

// Run performs jobs until it is told to stop.
func (workerCommand) Run(ctx context.Context, c *Config) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	scheduler, via, err := c.scheduler(db)
	if err != nil {
		return err
	}
	sender, _, err := c.sender(db.DB)
	if err != nil {
		return err
	}
	// It answers nobody here: it follows who may use what, and tells webhooks when that changes. Beside a serving process that tells it,
	// too, each change is told once.
	herald := entitlements.New(entitlements.Config{DB: db.DB, Now: time.Now, Log: c.log(), Announce: true})
	herald.Start(ctx)
	defer herald.Stop()
	fmt.Printf("Ratable works; mail goes to %s\n", via)
	scheduler.Start(ctx)
	sender.Start(ctx)
	<-ctx.Done()
	sender.Stop()
	scheduler.Stop()
	return nil
}

func (c *Config) scheduler(db *database) (*jobs.Scheduler, string, error) {
	via, where, err := c.transport()
	if err != nil {
		return nil, "", err
	}
	all, err := c.schedule(db.DB, via)
	if err != nil {
		return nil, "", err
	}
	scheduler, err := jobs.New(db.DB, all)
	if err != nil {
		return nil, "", err
	}
	scheduler.Log = c.log()
	return scheduler, where, nil
}

// drain is how long requests under way may take to finish when the server stops.
const drain = 10 * time.Second

// site is what differs between the demo and the books.
type site struct {
	worker      bool            // run the scheduler in this process
	environment string          // a badge, so that nobody mistakes the demo for the books
	logins      []web.DemoLogin // shown on the sign-in page
}

// serve runs the web app, and the scheduler beside it, until ctx ends. ready is
// called with the address once it answers.
func (c *Config) serve(ctx context.Context, db *database, s site, ready func(address string)) error {
	scheduler, _, err := c.scheduler(db)
	if err != nil {
		return err
	}
	sender, guard, err := c.sender(db.DB)
	if err != nil {
		return err
	}
	entitled := entitlements.New(entitlements.Config{DB: db.DB, Now: time.Now, Log: c.log(), Announce: s.worker})
	entitled.Start(ctx)
	defer entitled.Stop()
	door := access.NewDoor(db.DB, time.Now)
	door.Start(ctx)
	defer door.Stop()
	server := web.HTTPServer(web.New(web.Config{
		DB: db.DB, Entitlements: entitled, Door: door, Sessions: access.NewSessions(db.DB, false), Now: time.Now, Today: today, Scheduler: scheduler,
		Environment: s.environment, Logins: s.logins, Log: c.log(), Webhooks: guard,
	}))
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (RATABLE_ADDR or --addr chooses another address)", c.Addr, err)
	}
	if s.worker {
		scheduler.Start(ctx)
		defer scheduler.Stop()
		sender.Start(ctx)
		defer sender.Stop()
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready("http://" + listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(os.Stderr, "ratable: stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
