package web

import (
	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/web/ui"
)

var statusWords = map[contracts.Status]string{contracts.InApproval: "Waiting"}

// contractStatus is where a contract stands, in one word.
func contractStatus(s contracts.Status) templ.Component {
	if word, ok := statusWords[s]; ok {
		return ui.Status(word)
	}
	return ui.Status(capital(string(s)))
}
