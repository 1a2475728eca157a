package contracts

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/strict"
)

// What a reader of contract documents needs that has no database: simulate holds
// documents inside a larger file.

// Refuses says why a document cannot be the next version of an agreement.
func (a Agreement) Refuses(d Document) []fault.Field {
	c := Contract{Number: a.Number}
	for _, v := range a.Versions {
		c.History = append(c.History, Revision{Version: v, Decisions: []Decided{{Event: "approved"}}})
	}
	return c.amendable(d)
}

// Complaints rewrites what a strict YAML decoder found for people, each with its
// line and, for an unknown key, the key.
func Complaints(err error) []fault.Field { return complaints(err) }

// LineOf gives the line of the nearest node that a finding's path names, 0 when
// not even its first step is there.
func LineOf(root *yaml.Node, path string) int { return strict.LineOf(root, path) }

var (
	unknownKey = regexp.MustCompile(`^line (\d+): field (\S+) not found in type`)
	wrongType  = regexp.MustCompile(`^line (\d+): (.*)$`)
)

// complaints rewrites yaml.v3's messages, which name Go types, for people.
func complaints(err error) []fault.Field {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		line, trouble, ok := strict.Trouble(err)
		if !ok {
			return []fault.Field{{Path: "document", Message: err.Error()}}
		}
		return []fault.Field{{Path: "document", Line: line, Message: "cannot be read as YAML: " + trouble}}
	}
	var out []fault.Field
	for _, text := range typed.Errors {
		if m := unknownKey.FindStringSubmatch(text); m != nil {
			out = append(out, fault.Field{Path: m[2], Line: number(m[1]), Message: "is not a key known here; check its spelling and indentation"})
		} else if m := wrongType.FindStringSubmatch(text); m != nil {
			out = append(out, fault.Field{Path: "document", Line: number(m[1]), Message: plainType(m[2])})
		} else {
			out = append(out, fault.Field{Path: "document", Message: text})
		}
	}
	return out
}

var goTypes = strings.NewReplacer(
	"into decimal.Decimal", "as a number", "into period.Date", "as a day (2026-03-31)",
	"into int", "as a whole number", "into []contracts.Line", "as a list of lines",
	"into contracts.Document", "as a contract", "!!str ", "text ", "!!int ", "number ", "!!float ", "number ",
	"!!seq", "a list", "!!map", "a group of keys", "unmarshal", "read")

func plainType(message string) string { return goTypes.Replace(message) }

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
