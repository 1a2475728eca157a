package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"ratable/revrec/examples"
)

// examplesCommand puts worked cases of revenue recognition to the engine: no database, nothing stored.
type examplesCommand struct {
	File   string `arg:"" optional:"" help:"Cases in JSON, as in revrec/examples/testdata/examples.json; - reads standard input. Left out: the cases that come with the product."`
	Format string `enum:"text,json" default:"text" help:"What to write: text for people, json for programs."`
}

// Help is shown by ratable examples --help.
func (examplesCommand) Help() string {
	return `Every case is answered by the functions that runs and previews call. A case passes when each figure
it expects is given; it is unsupported when it names a fact or policy that the engine does not know.
The exit code is 1 when a case fails.

Examples:
  ratable examples
  ratable examples cases.json --format json | jq .total`
}

func (x examplesCommand) Run(ctx context.Context, _ *Config) error {
	cases, err := x.cases()
	if err != nil {
		return err
	}
	results := make([]examples.Result, len(cases))
	for i, c := range cases {
		if err := ctx.Err(); err != nil {
			return err
		}
		results[i] = examples.Run(c)
	}
	out := bufio.NewWriter(os.Stdout)
	write := examples.WriteText
	if x.Format == "json" {
		write = examples.WriteJSON
	}
	if err := write(out, results); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if all, _ := examples.Count(results); all.Fail > 0 {
		return fmt.Errorf("%d of %d examples fail", all.Fail, len(results))
	}
	return nil
}

// cases are those of the file, or those that come with the product.
func (x examplesCommand) cases() ([]examples.Case, error) {
	if x.File == "" {
		return examples.Shipped(), nil
	}
	file, err := open(x.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	source, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", named(x.File), err)
	}
	cases, err := examples.Read(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", named(x.File), err)
	}
	return cases, nil
}
