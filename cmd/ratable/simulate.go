package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"ratable/scenario"
)

// simulateCommand plays a scenario in memory: no database, nothing stored.
type simulateCommand struct {
	File   string `arg:"" help:"Scenario to play, YAML or JSON (docs/scenario.md); - reads standard input."`
	Format string `enum:"text,json,hledger" default:"text" help:"What to write: text for an accountant, json for a program, hledger for a journal."`
}

// Help is shown by ratable simulate --help.
func (simulateCommand) Help() string {
	return `Examples:
  ratable simulate stories/quarterly-fee-in-advance.story.yaml
  ratable simulate deal.yaml --format json | jq .documents
  ratable simulate deal.yaml --format hledger | hledger -f - balance`
}

func (s simulateCommand) Run(ctx context.Context, _ *Config) error {
	source, err := s.read()
	if err != nil {
		return err
	}
	read, err := scenario.Parse(source)
	if err != nil {
		return fmt.Errorf("%s: %w", named(s.File), err)
	}
	outcome, err := scenario.Play(read)
	if err != nil {
		return fmt.Errorf("%s: %w", named(s.File), err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	write := map[string]func(io.Writer) error{"text": outcome.WriteText, "json": outcome.WriteJSON, "hledger": outcome.WriteHledger}
	if err := write[s.Format](out); err != nil {
		return fmt.Errorf("write the outcome: %w", err)
	}
	return out.Flush()
}

func (s simulateCommand) read() ([]byte, error) {
	file, err := open(s.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
