package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/tax"

	"github.com/jackc/pgx/v5"
)

// Config is what the environment or the flags say. Nothing of it is needed for
// `ratable demo`.
type Config struct {
	Home        string `help:"Data folder (default: .ratable in the clone; for root a folder of /var/lib/ratable)." env:"RATABLE_HOME" type:"path"`
	Addr        string `help:"Address to listen on." env:"RATABLE_ADDR" default:"127.0.0.1:8080"`
	DatabaseURL string `help:"A PostgreSQL server to use instead of the embedded one." env:"DATABASE_URL" placeholder:"URL"`
	SMTPURL     string `help:"Mail server (smtp:// with STARTTLS, or smtps://). Without one, messages are written to HOME/mail." name:"smtp-url" env:"SMTP_URL" placeholder:"URL"`

	URL string `help:"Where people reach the web app, such as https://billing.example.com: messages link to it. Without one they name pages." name:"url" env:"RATABLE_URL" placeholder:"URL"`

	WebhookNetworks string `help:"Networks that webhooks may reach beside the public Internet, such as 10.20.0.0/16; over http too." env:"RATABLE_WEBHOOK_NETWORKS" placeholder:"NETWORKS"`

	UsageRetention int `help:"Months whose usage events stay in the database; older ones are archived to HOME/archive. 0: for ever." env:"RATABLE_USAGE_RETENTION" default:"0" placeholder:"MONTHS"`

	Verbose bool `help:"Log what is going on." short:"v"`
}

func (c *Config) log() *slog.Logger {
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

func (c *Config) home() (string, error) {
	if c.Home != "" {
		return c.Home, nil
	}
	return postgres.DefaultHome()
}

// database is an open, migrated database and, when nobody gave a URL, the
// embedded server it lives on.
type database struct {
	*postgres.DB
	server *postgres.Server
	url    string // of the owner
}

// open starts or finds the database, migrates it and connects as the role that
// serves.
func (c *Config) open(ctx context.Context) (*database, error) {
	d := &database{url: c.DatabaseURL}
	serving := c.DatabaseURL
	if c.DatabaseURL == "" {
		home, err := c.home()
		if err != nil {
			return nil, err
		}
		if d.server, err = postgres.Start(ctx, postgres.Options{Home: home, Log: c.log()}); err != nil {
			return nil, err
		}
		d.url, serving = d.server.OwnerURL(postgres.DatabaseName), d.server.URL(postgres.DatabaseName)
	}
	if err := d.connect(ctx, serving); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *database) connect(ctx context.Context, serving string) error {
	if _, err := postgres.Migrate(ctx, d.url); err != nil {
		return err
	}
	var err error
	if d.DB, err = postgres.Open(ctx, serving, postgres.MaxConns(16)); err != nil {
		return err
	}
	return d.Tx(ctx, func(tx pgx.Tx) error { return tax.InstallSeed(ctx, tx) })
}

func (d *database) close() {
	if d.DB != nil {
		d.Close()
	}
	if d.server != nil {
		if err := d.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "ratable: stop PostgreSQL:", err)
		}
	}
}

// transport is how mail leaves: SMTP when configured, else a folder.
func (c *Config) transport() (mail.Transport, string, error) {
	if c.SMTPURL != "" {
		t, err := mail.SMTP(c.SMTPURL)
		if err != nil {
			return nil, "", err
		}
		return t, t.Name(), nil
	}
	home, err := c.home()
	if err != nil {
		return nil, "", err
	}
	dir := filepath.Join(home, "mail")
	return mail.Folder(dir), dir, nil
}

// today is the day a command without --as-of means: cmd and jobs are the only
// places that know a clock.
func today() period.Date { return period.DateOf(time.Now(), time.UTC) }
