package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// process is a postmaster that is our child.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has been waited for
}

// launch starts the server and returns when it answers. It prefers the port of last time, so that pools which
// outlive a restart find it again.
func (s *Server) launch(ctx context.Context, p programs) error {
	portFile := filepath.Join(s.dir, "port")
	last, _ := os.ReadFile(portFile) // absent or unreadable: any port will do
	wish, _ := strconv.Atoi(strings.TrimSpace(string(last)))
	for deadline := time.Now().Add(30 * time.Second); ; {
		port, err := freePort(wish)
		if err != nil {
			return err
		}
		err = s.launchOn(ctx, p, port)
		switch {
		case err == nil:
			return writeWhole(portFile, strconv.Itoa(port)+"\n")
		case ctx.Err() != nil || time.Now().After(deadline):
			return err
		case strings.Contains(err.Error(), "Address already in use"):
			wish = 0
		case strings.Contains(err.Error(), "pre-existing shared memory block"):
			// Sessions of a postmaster that was killed are still ending.
			time.Sleep(100 * time.Millisecond)
		default:
			return err
		}
	}
}

// freePort returns the wished port when nobody listens there, else any free one.
func freePort(wish int) (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(wish))
	if err != nil && wish != 0 {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) launchOn(ctx context.Context, p programs, port int) error {
	logPath := filepath.Join(s.dir, "log")
	if exists(logPath) {
		if err := os.Rename(logPath, logPath+".old"); err != nil {
			return err
		}
	}
	logFile, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	// Not CommandContext: the server outlives the context of its start.
	c := s.command(context.WithoutCancel(ctx), p, "postgres", append([]string{"-D", s.data}, s.settings(port)...)...)
	c.Stdout, c.Stderr = logFile, logFile
	c.SysProcAttr.Setpgid = true // Ctrl-C is for us; the server is told by Stop
	endWithParent(c.SysProcAttr)
	child, err := spawn(c)
	if err != nil {
		return err
	}
	for {
		if s.answersAsOurs(ctx, port) {
			s.set(port, child)
			return nil
		}
		select {
		case <-child.ended:
			text, _ := os.ReadFile(logPath)
			return fmt.Errorf("the server ended at once: %s", strings.TrimSpace(string(text)))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), child.stop())
		case <-time.After(10 * time.Millisecond):
			// Recovery after a crash takes as long as it takes.
		}
	}
}

// settings are the command line's -c options. Nobody but this machine can connect, and only with a password.
func (s *Server) settings(port int) []string {
	set := map[string]string{
		"port": strconv.Itoa(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
		"max_connections": "200", "shared_buffers": "128MB", "timezone": "UTC", "log_timezone": "UTC",
		"log_min_messages": "warning", "log_destination": "stderr", "logging_collector": "off",
	}
	if s.options.Volatile {
		for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			set[name] = "off"
		}
	}
	for name, value := range s.options.Settings {
		set[name] = value
	}
	var args []string
	for name, value := range set {
		args = append(args, name+"="+value)
	}
	slices.Sort(args)
	var flags []string
	for _, arg := range args {
		flags = append(flags, "-c", arg)
	}
	return flags
}

// spawn starts a child from a thread of its own that lives as long as the child: the parent-death signal is
// tied to the thread that forked, not to the process.
func spawn(c *exec.Cmd) (*process, error) {
	started := make(chan error, 1)
	p := &process{cmd: c, ended: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			c.Wait() // how it ended is in its log
			close(p.ended)
		}
	}()
	return p, <-started
}

// stop asks for a fast shutdown, and insists when it takes too long.
func (p *process) stop() error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
		select {
		case <-p.ended:
			return nil
		case <-time.After(20 * time.Second):
		}
	}
	return errors.New("stop PostgreSQL: it does not end")
}

// answers tells whether anybody listens on a port of this machine.
func answers(port int) bool {
	c, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// answersAsOurs tells whether the server on a port accepts our password and works on our data.
func (s *Server) answersAsOurs(ctx context.Context, port int) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	probe := Server{secrets: s.secrets, port: port}
	conn, err := pgx.Connect(ctx, probe.AdminURL("postgres"))
	if err != nil {
		return false
	}
	defer conn.Close(ctx)
	var data string
	if conn.QueryRow(ctx, `show data_directory`).Scan(&data) != nil {
		return false
	}
	theirs, errTheirs := filepath.EvalSymlinks(data)
	ours, errOurs := filepath.EvalSymlinks(s.data)
	return errTheirs == nil && errOurs == nil && theirs == ours
}
