package exports

import (
	"fmt"

	"ratable/internal/period"
	"ratable/ledger"
)

// Default is a mapping to begin with: our own numbers and names, and for Xero, whose journals touch neither bank nor
// receivables, clearing accounts in their place; what is for one target goes first.
func Default(startsOn period.Date) []Rule {
	var out []Rule
	for _, info := range ledger.Chart {
		gl := GL{Code: fmt.Sprint(int(info.Account)), Name: info.Name, Type: info.Type, Control: controls[info.Account]}
		out = append(out, Rule{Code: info.Code, Priority: 1000, StartsOn: startsOn, When: When{Account: info.Account}, GL: gl})
		if gl.Control == Free {
			continue
		}
		gl.Code, gl.Name, gl.Control = gl.Code+"C", gl.Name+", clearing", Free
		out = append(out, Rule{Code: info.Code + "-xero", Priority: 100, StartsOn: startsOn, When: When{Account: info.Account, Target: Xero}, GL: gl})
	}
	return out
}

var controls = map[ledger.Account]Control{ledger.Cash: Bank, ledger.AccountsReceivable: Receivable}
