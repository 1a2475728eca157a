package tax

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// The seed: real rates and rules as of November 2026, each row with its source (sources.csv). It holds the law and
// nothing of a company: where we are registered is a fact of ours, recorded by Register. An operator adds to it
// in the database; a later version of these files may close a rate and begin another, never change history.
//
//go:embed seed/*.csv
var seedFiles embed.FS

var seeded = sync.OnceValue(func() *Tables {
	t, err := build(seedData())
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	return t
})

// Seed is the tables of the embedded rows: what InstallSeed writes and Load reads back.
func Seed() *Tables { return seeded() }

func seedData() data {
	return data{
		sources: each("sources", func(r record) Source {
			return Source{r["code"], r["title"], r.date("as_of"), r["license"]}
		}),
		places: each("places", func(r record) Place {
			return Place{r["code"], r["parent"], Level(r["level"]), r["name"], r["country"], r["region"], r["stacking"] == "replaces",
				r["locals"], r["self_administered"] == "true", Policy(r["rounding"]), r["language"]}
		}),
		postcodes: each("postcodes", func(r record) Postcodes {
			return Postcodes{r["place"], r["country"], r["region"], r["first"], r["last"], r["source"]}
		}),
		cities: each("cities", func(r record) CityName {
			return CityName{r["place"], r["country"], r["region"], r["city"], r["source"]}
		}),
		rates: each("rates", func(r record) Rate {
			return Rate{r["place"], r["tax"], r["class"], r.decimal("rate"), r.date("starts_on"), r.date("ends_on"), r["source"], r["confidence"]}
		}),
		products: each("product_codes", func(r record) ProductCode {
			return ProductCode{r["code"], r["name"], r["family"], r["eu_consumer_rule"]}
		}),
		rules: each("taxability", func(r record) Rule {
			return Rule{r["place"], r["product"], r["customer_kind"], Treatment(r["treatment"]), r.decimal("share"), r["class"],
				r.date("starts_on"), r.date("ends_on"), r["citation"], r["confidence"], r["source"]}
		}),
		remotes: each("remote", func(r record) Remote {
			return Remote{r["place"], Reason(r["reason"]), r["note"], r["citation"], r["source"]}
		}),
		phrases: each("phrases", func(r record) Phrase { return Phrase{r["code"], r["language"], r["text"]} }),
	}
}

// record is a row of a seed file by column name.
type record map[string]string

func (r record) date(column string) period.Date {
	if r[column] == "" {
		return period.Date{} // open
	}
	d, err := period.ParseDate(r[column])
	if err != nil {
		panic(fmt.Sprintf("tax seed: %s: %v", column, err))
	}
	return d
}

func (r record) decimal(column string) decimal.Decimal { return decimal.RequireFromString(r[column]) }

func each[T any](name string, row func(record) T) (all []T) {
	for _, r := range records(name) {
		all = append(all, row(r))
	}
	return all
}

// records reads a seed file. Its columns are those of the table of the same name.
func records(name string) (all []record) {
	text, err := seedFiles.ReadFile("seed/" + name + ".csv")
	if err != nil {
		panic(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		panic(fmt.Sprintf("tax seed: %s: %v", name, err))
	}
	for _, line := range lines[1:] {
		r := make(record, len(line))
		for i, column := range lines[0] {
			r[column] = strings.TrimSpace(line[i])
		}
		all = append(all, r)
	}
	return all
}
