package exports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// ruleColumns are those of a mapping as a file, one revision a row. "retired" ends a rule from its first day on.
var ruleColumns = []string{"code", "priority", "starts_on", "account", "target", "entity", "currency", "product", "country", "region", "contract",
	"gl_code", "gl_name", "gl_type", "gl_control", "class", "department", "location", "retired"}

// WriteRules writes revisions as a file that ParseRules reads back.
func WriteRules(rules []Rule) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write(ruleColumns)
	for _, r := range rules {
		retired := ""
		if r.Retired {
			retired = "yes"
		}
		_ = w.Write([]string{guard(r.Code), strconv.Itoa(r.Priority), r.StartsOn.String(), r.When.Account.String(), string(r.When.Target), guard(r.When.Entity), string(r.When.Currency),
			guard(r.When.Product), r.When.Country, r.When.Region, guard(r.When.Contract), guard(r.GL.Code), guard(r.GL.Name), string(r.GL.Type), string(r.GL.Control),
			guard(r.GL.Class), guard(r.GL.Department), guard(r.GL.Location), retired})
	}
	w.Flush() // a buffer takes everything
	return out.Bytes()
}

// ParseRules reads revisions from a file; columns may stand in any order, and those that are not there are empty. Without
// a gl_type an account keeps the type of ours.
func ParseRules(text []byte) ([]Rule, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.TrimLeadingSpace = true
	head, err := in.Read()
	if err != nil {
		return nil, fault.InvalidFields(fault.Field{Path: "rules", Message: "need a first line with the names of the columns: " + strings.Join(ruleColumns, ",")})
	}
	for _, name := range head {
		if !slices.Contains(ruleColumns, strings.TrimSpace(name)) {
			return nil, fault.InvalidFields(fault.Field{Path: "rules", Value: fault.Shown(name), Message: "is no column of a mapping: " + strings.Join(ruleColumns, ",")})
		}
	}
	var out []Rule
	var found []fault.Field
	for {
		cells, err := in.Read()
		if err == io.EOF {
			return out, fault.InvalidFields(found...)
		}
		if err != nil {
			return nil, fault.InvalidFields(fault.Field{Path: "rules", Message: "cannot be read as CSV: " + err.Error()})
		}
		row := map[string]string{}
		for i, name := range head {
			row[strings.TrimSpace(name)] = unapostrophe(strings.TrimSpace(cells[i]))
		}
		r, wrong := ruleOf(row, fmt.Sprintf("rules[%d].", len(out)))
		out, found = append(out, r), append(found, wrong...)
	}
}

// unapostrophe takes off what guard put on.
func unapostrophe(s string) string {
	if strings.HasPrefix(s, "'") && guard(s[1:]) == s {
		return s[1:]
	}
	return s
}

func ruleOf(row map[string]string, at string) (r Rule, found []fault.Field) {
	r = Rule{Code: row["code"], Retired: row["retired"] != "",
		When: When{Target: Target(row["target"]), Entity: row["entity"], Currency: money.Currency(row["currency"]), Product: row["product"], Country: row["country"], Region: row["region"], Contract: row["contract"]},
		GL:   GL{Code: row["gl_code"], Name: row["gl_name"], Type: ledger.Type(row["gl_type"]), Control: Control(row["gl_control"]), Class: row["class"], Department: row["department"], Location: row["location"]}}
	var err error
	if r.Priority, err = strconv.Atoi(row["priority"]); err != nil {
		found = append(found, fault.Field{Path: at + "priority", Value: fault.Shown(row["priority"]), Message: "is a whole number from 1; the lowest that is met counts"})
	}
	if r.StartsOn, err = period.ParseDate(row["starts_on"]); err != nil {
		found = append(found, fault.Field{Path: at + "starts_on", Value: fault.Shown(row["starts_on"]), Message: "is a day such as 2026-01-01"})
	}
	i := slices.IndexFunc(ledger.Chart, func(i ledger.Info) bool { return i.Code == row["account"] })
	if i < 0 {
		return r, append(found, fault.Field{Path: at + "account", Value: fault.Shown(row["account"]), Message: "is no account of our chart, such as Revenue"})
	}
	if r.When.Account = ledger.Chart[i].Account; r.GL.Type == "" {
		r.GL.Type = ledger.Chart[i].Type
	}
	return r, found
}
