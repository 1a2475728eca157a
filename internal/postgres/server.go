package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// DatabaseName is the database that Start creates on a private server.
const DatabaseName = "ratable"

// Options says where a private server lives and how careful it is. The zero value is what `serve` wants.
type Options struct {
	Home     string            // Ratable's data folder; "" means DefaultHome()
	Log      *slog.Logger      // nil keeps quiet
	BinDir   string            // folder of the server programs; "" searches (see findPrograms)
	Volatile bool              // tests only: faster, and everything is lost with the machine
	Settings map[string]string // further postgresql.conf settings
}

// Server is a private PostgreSQL on 127.0.0.1, run by this process or by another one that was there first.
// It ends with the process that started it, however that ends; whoever adopted it then starts it again, on
// the same port, so that open pools find it.
type Server struct {
	options Options
	log     *slog.Logger
	dir     string // <home>/postgres: ours, not the server's
	data    string // <home>/postgres/data: the server's alone
	runAs   account
	secrets secrets

	mu      sync.Mutex
	port    int
	process *process // nil when adopted

	stopping chan struct{}
	stopOnce sync.Once
	kept     sync.WaitGroup
}

// Start returns a running private server with the roles and the empty database that Migrate wants. It uses the
// data in options.Home when there is some. It never deletes data: a folder of another PostgreSQL version, or
// one that it does not recognize, is an error that says what to do.
func Start(ctx context.Context, options Options) (*Server, error) {
	s, err := newServer(options)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := s.begin(ctx); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.kept.Go(s.keep)
	return s, nil
}

func newServer(options Options) (*Server, error) {
	if options.Home == "" {
		home, err := DefaultHome()
		if err != nil {
			return nil, err
		}
		options.Home = home
	}
	home, err := filepath.Abs(options.Home)
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options, log: options.Log, stopping: make(chan struct{}),
		dir: filepath.Join(home, "postgres"), data: filepath.Join(home, "postgres", "data"),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.runAs, err = serverAccount(); err != nil {
		return nil, err
	}
	if err := prepareHome(home, s.dir, s.runAs); err != nil {
		return nil, err
	}
	return s, nil
}

// begin adopts the server that already runs on the data, or starts one. One starter at a time: the lock
// file stands beside the data, so the second finds what the first has made.
func (s *Server) begin(ctx context.Context) error {
	unlock, err := lockFile(ctx, filepath.Join(s.dir, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if s.secrets, err = loadSecrets(filepath.Join(s.dir, "passwords"), s.data); err != nil {
		return err
	}
	port, err := s.findRunning(ctx)
	if err != nil {
		return err
	}
	if port != 0 {
		s.set(port, nil)
		s.log.Info("PostgreSQL already runs", "port", port, "data", s.data)
		return s.bootstrap(ctx)
	}
	programs, err := findPrograms(ctx, s.options.BinDir, s.data, s.log)
	if err != nil {
		return err
	}
	if err := s.initialize(ctx, programs); err != nil {
		return err
	}
	if err := s.launch(ctx, programs); err != nil {
		return err
	}
	s.log.Info("PostgreSQL started", "version", programs.major, "port", s.Port(), "data", s.data)
	return s.bootstrap(ctx)
}

// keep starts the server again when it ends although nobody asked it to: its postmaster was killed, or the
// process that we adopted it from ended.
func (s *Server) keep() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { <-s.stopping; cancel() }()
	for pause := time.Second; s.awaitEnd(ctx); {
		s.log.Warn("PostgreSQL ended, starting it again", "data", s.data)
		if err := s.begin(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("PostgreSQL does not start", "error", err)
			select {
			case <-time.After(pause):
				pause = min(2*pause, time.Minute)
			case <-ctx.Done():
			}
			continue
		}
		pause = time.Second
	}
}

// awaitEnd returns true when the server has ended, false when we were asked to stop.
func (s *Server) awaitEnd(ctx context.Context) bool {
	s.mu.Lock()
	process, port := s.process, s.port
	s.mu.Unlock()
	if process != nil {
		select {
		case <-process.ended:
		case <-ctx.Done():
		}
		return ctx.Err() == nil
	}
	// Nobody tells us of the end of a process that is not our child: ask now and then.
	for answers(port) {
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

func (s *Server) set(port int, p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.port, s.process = port, p
}

// Stop ends the server if this process started it: connections are closed, everything committed is on disk.
// An adopted server stays. Stopping twice is stopping once.
func (s *Server) Stop() error {
	s.stopOnce.Do(func() { close(s.stopping) })
	s.kept.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return s.process.stop()
}

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.port
}

// Adopted tells whether another process runs the server.
func (s *Server) Adopted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process == nil
}

// URL connects as the serving role to a database of the server; "" is Ratable's own.
func (s *Server) URL(database string) string { return s.url(ServingRole, database) }

// OwnerURL connects as the role that owns the schema, for Migrate.
func (s *Server) OwnerURL(database string) string { return s.url(OwnerRole, database) }

// AdminURL connects as the superuser: to create databases, for nothing else.
func (s *Server) AdminURL(database string) string { return s.url(superuser, database) }

func (s *Server) url(role, database string) string {
	if database == "" {
		database = DatabaseName
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, s.secrets[role]),
		Host: "127.0.0.1:" + strconv.Itoa(s.Port()), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// exists is for paths whose other errors show up in the next step anyway.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
