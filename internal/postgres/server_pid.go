package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// findRunning returns the port of the server that works on our data, 0 when none does. It waits for one that is
// just starting or ending, and removes a pid file that would keep a new server from starting.
func (s *Server) findRunning(ctx context.Context) (int, error) {
	pidFile := filepath.Join(s.data, "postmaster.pid")
	for deadline := time.Now().Add(time.Minute); ; {
		text, err := os.ReadFile(pidFile)
		if errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		pid, port := parsePidFile(text)
		if port != 0 && s.answersAsOurs(ctx, port) {
			return port, nil
		}
		if !s.inUse() && !ending(pid) {
			return 0, clearPidFile(pidFile, pid)
		}
		if time.Now().After(deadline) {
			return 0, fmt.Errorf("process %d works on %s and does not answer: end it, or look into %s", pid, s.data, filepath.Join(s.dir, "log"))
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// parsePidFile reads the process (line 1) and the port (line 4); 0 for what is not there yet.
func parsePidFile(text []byte) (pid, port int) {
	lines := strings.Split(string(text), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 3 {
		port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	return pid, port
}

// inUse tells whether a process works in the data folder: every process of a server has it as its current
// folder. A zombie has none, and neither has a stranger that was given the old server's number. Where there
// is no /proc the answer is no, and PostgreSQL's own checks decide.
func (s *Server) inUse() bool {
	real, err := filepath.EvalSymlinks(s.data)
	if err != nil {
		return false
	}
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd") // errs only on a bad pattern
	for _, folder := range folders {
		if at, err := os.Readlink(folder); err == nil && at == real {
			return true
		}
	}
	return false
}

// ending says whether a process is on its way out: it has given up its folder and is no zombie yet. In a moment it
// will be one, or gone.
func ending(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil || zombie(stat) {
		return false
	}
	_, err = os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return errors.Is(err, os.ErrNotExist)
}

// zombie reads the state of a process from its line in /proc.
func zombie(stat []byte) bool { return bytes.Contains(stat, []byte(") Z ")) }

// clearPidFile removes the pid file of a dead server when PostgreSQL would take it for a live one, because its
// number belongs to a zombie that nobody has waited for, or to another program by now. A number that nobody
// has is left to PostgreSQL, which then also looks for forgotten shared memory.
func clearPidFile(pidFile string, pid int) error {
	if pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	dead := err == nil && zombie(stat)
	_, err = os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	// Whoever has the number works elsewhere (inUse said so), if we may look at all.
	if stranger := err == nil; !dead && !stranger {
		return nil
	}
	if err := os.Remove(pidFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
