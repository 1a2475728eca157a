package webhook_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

func TestAddressesThatLeadInsideAreRefusedWhenTheyAreEntered(t *testing.T) {
	db := pgtest.New(t)
	add := func(url string, g webhook.Guard) error {
		return db.Tx(context.Background(), func(tx pgx.Tx) error {
			_, _, err := webhook.AddEndpoint(context.Background(), tx, webhook.NewEndpoint{URL: url}, g, ada)
			return err
		})
	}
	for _, url := range []string{
		"", "hooks", "ftp://example.com", "https://", "http://example.com/hooks", "https://user:secret@example.com", "https://example.com/#part",
		"https://localhost/x", "https://api.localhost./x", "https://127.0.0.1", "https://127.1.2.3", "https://0.0.0.0", "https://10.1.2.3", "https://172.31.0.1", "https://192.168.1.1",
		"https://169.254.169.254/latest/meta-data", "https://100.100.100.200", "https://100.64.0.1", "https://192.0.2.1", "https://198.18.0.1", "https://224.0.0.1", "https://255.255.255.255",
		"https://[::1]", "https://[::]", "https://[fe80::1]", "https://[fc00::1]", "https://[fd00:ec2::254]", "https://[ff02::1]", "https://[::ffff:127.0.0.1]", "https://[::ffff:a00:1]",
		"https://[::127.0.0.1]", "https://[64:ff9b::7f00:1]", "https://[64:ff9b:1::1]", "https://[2002:7f00:1::]", "https://[2001::1]", "https://[2001:db8::1]",
		"https://" + strings.Repeat("a", 2000) + ".example",
	} {
		err := add(url, webhook.Guard{})
		if fields := fault.Fields(err); !errors.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Path != "url" {
			t.Errorf("%q: %v, want it refused by the field url", url, err)
		}
	}
	for _, url := range []string{"https://example.com/hooks?x=1", "https://93.184.216.34/", "https://[2606:4700::1111]:8443/", "HTTPS://EXAMPLE.COM"} {
		if err := add(url, webhook.Guard{}); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	allowed, err := webhook.ParseGuard("10.20.0.0/16, 127.0.0.1 fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for url, ok := range map[string]bool{
		"http://10.20.3.4/": true, "http://127.0.0.1:8080/": true, "https://[fd00::1]/": true, "http://localhost:9/": true,
		"https://10.21.0.1/": false, "http://93.184.216.34/": false, "https://127.0.0.2": false,
	} {
		if err := add(url, allowed); (err == nil) != ok {
			t.Errorf("%s with its network allowed or not: %v", url, err)
		}
	}
	if _, err := webhook.ParseGuard("10.0.0.0/8,nonsense"); !errors.Is(err, fault.Invalid) {
		t.Errorf("a network that is none: %v", err)
	}
}

// A name is judged by the address it means at the moment of the connection.
func TestANameThatMeansThisMachineIsNotConnectedTo(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, nil)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	e := r.add(db)
	// As if the name had meant another machine when it was entered.
	for _, url := range []string{"https://localhost:" + port, "https://127.0.0.1:" + port, "https://[::ffff:127.0.0.1]:" + port, "http://127.0.0.1:" + port} {
		owner := pgtest.Admin(t, db)
		if _, err := owner.Exec(context.Background(), `update webhook.endpoints set url = $1 where id = $2`, url, e.ID); err != nil {
			t.Fatal(err)
		}
		owner.Close()
		emit(t, db, changed(url, 1))
		strict := webhook.NewSender(db, webhook.Guard{}, time.Now)
		deliver(t, strict, start, webhook.Summary{Later: 1})
		strict.Stop()
		d := deliveries(t, db, webhook.Filter{Object: url})[0]
		if d.LastCode != 0 || !strings.Contains(d.LastError, "is no public address") {
			t.Errorf("%s: logged as %d %s", url, d.LastCode, d.LastError)
		}
	}
	if n := len(r.took()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestAnEndpointIsAnAdministratorsMatter(t *testing.T) {
	db, r := pgtest.New(t), newReceiver(t, nil)
	e := r.add(db)
	farah := access.Actor{UserID: 8, Name: "Farah", Roles: []access.Role{access.Finance}}
	for doing, verb := range map[string]func(ctx context.Context, tx pgx.Tx) error{
		"add": func(ctx context.Context, tx pgx.Tx) error {
			_, _, err := webhook.AddEndpoint(ctx, tx, webhook.NewEndpoint{URL: "https://example.com"}, webhook.Guard{}, farah)
			return err
		},
		"change": func(ctx context.Context, tx pgx.Tx) error {
			return webhook.ChangeEndpoint(ctx, tx, e.ID, webhook.NewEndpoint{URL: "https://example.com"}, webhook.Guard{}, farah)
		},
		"disable": func(ctx context.Context, tx pgx.Tx) error {
			return webhook.SetStatus(ctx, tx, e.ID, webhook.Disabled, "", farah)
		},
		"rotate": func(ctx context.Context, tx pgx.Tx) error {
			_, err := webhook.RotateSecret(ctx, tx, e.ID, start, farah)
			return err
		},
		"ping": func(ctx context.Context, tx pgx.Tx) error { return webhook.Ping(ctx, tx, e.ID, farah) },
	} {
		if err := db.Tx(context.Background(), func(tx pgx.Tx) error { return verb(context.Background(), tx) }); !errors.Is(err, fault.Denied) {
			t.Errorf("%s by finance: %v, want it denied", doing, err)
		}
	}
}

func TestAnAnswerIsReadOnlySoFar(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, nil)
	r.add(db)
	r.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 1 << 14 {
			if _, err := w.Write([]byte("\x00broken \xff utf-8, and much of it ................................\n")); err != nil {
				return
			}
		}
	})
	emit(t, db, issued(1))
	deliver(t, newSender(t, db), start, webhook.Summary{Delivered: 1})
	d, err := webhook.GetDelivery(context.Background(), db, deliveries(t, db, webhook.Filter{})[0].ID)
	if err != nil || len(d.Tried) != 1 || len(d.Tried[0].Body) > 4<<10 || !strings.HasPrefix(d.Tried[0].Body, "broken") {
		t.Errorf("of the answer %d letters are kept, %v", len(d.Tried[0].Body), err)
	}
}
