package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"ratable/internal/fault"
	"ratable/scenario"
)

// simulateCommand plays a scenario in memory: no database, nothing stored.
type simulateCommand struct {
	File   string `arg:"" optional:"" help:"Scenario to play, YAML or JSON (docs/scenario.md); - reads standard input."`
	Schema bool   `help:"Print the JSON Schema of a scenario and play nothing: for editors that complete and check while one types."`
	Format string `enum:"text,json,hledger" default:"text" help:"What to write: text for an accountant, json for a program, hledger for a journal."`
}

// Help is shown by ratable simulate --help.
func (simulateCommand) Help() string {
	return `Examples:
  ratable simulate stories/quarterly-fee-in-advance.story.yaml
  ratable simulate deal.yaml --format json | jq .documents
  ratable simulate deal.yaml --format hledger | hledger -f - balance
  ratable simulate --schema > scenario.schema.json`
}

func (s simulateCommand) Run(ctx context.Context, _ *Config) error {
	if s.Schema {
		schema, err := scenario.Schema()
		if err == nil {
			_, err = fmt.Printf("%s\n", schema)
		}
		return err
	}
	if s.File == "" {
		return fault.InvalidFields(fault.Field{Path: "FILE", Message: "is missing: name the scenario to play, or - for standard input"})
	}
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
