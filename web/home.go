package web

import (
	"net/http"

	"ratable/web/page"
)

// home is the work that waits, by role.
func (v *visit) home() error {
	return v.page(http.StatusOK, frame{Title: "Home", Room: "home"}, page.HomePage(page.Home{}))
}
