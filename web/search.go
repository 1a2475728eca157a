package web

import (
	"net/http"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// search finds customers, contracts and invoices by anything they are known by. One hit opens at once.
func (v *visit) search() error {
	text := v.query("q")
	view := page.Search{Query: text}
	if text != "" && len(fault.Printable("q", text, 200)) == 0 {
		var err error
		if view.Groups, err = v.hits(text); err != nil {
			return err
		}
	}
	if len(view.Groups) == 1 && len(view.Groups[0].Hits) == 1 {
		return v.redirect(view.Groups[0].Hits[0].Href, ui.Flash{})
	}
	return v.page(http.StatusOK, frame{Title: "Search", Query: text}, page.SearchPage(view))
}

const hitsShown = 12

func (v *visit) hits(text string) ([]page.Hits, error) {
	people, err := customers.List(v.ctx, v.DB, customers.Filter{Search: text, Limit: hitsShown}, v.Today())
	if err != nil {
		return nil, err
	}
	agreed, err := contracts.List(v.ctx, v.DB, contracts.Filter{Search: text, Limit: hitsShown})
	if err != nil {
		return nil, err
	}
	asked, err := invoicing.List(v.ctx, v.DB, invoicing.Filter{Search: text, Limit: hitsShown})
	if err != nil {
		return nil, err
	}
	groups := []page.Hits{{Title: "Customers"}, {Title: "Contracts"}, {Title: "Invoices"}}
	for _, c := range people {
		groups[0].Hits = append(groups[0].Hits, page.Hit{Href: customerAddress(c.ID), Name: c.Name, Note: c.ExternalID + ", " + place(c.Billing)})
	}
	for _, c := range agreed {
		groups[1].Hits = append(groups[1].Hits, page.Hit{Href: contractAddress(c.Number), Name: c.Number, Note: c.Latest().Document.Title})
	}
	for _, r := range asked {
		groups[2].Hits = append(groups[2].Hits, page.Hit{Href: invoiceAddress(r.Number), Name: r.Number, Note: ui.DayText(r.IssuedOn) + ", " + ui.AmountText(r.Total)})
	}
	var found []page.Hits
	for _, g := range groups {
		if len(g.Hits) > 0 {
			found = append(found, g)
		}
	}
	return found, nil
}
