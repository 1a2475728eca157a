package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

var evidenceWords = map[catalog.Evidence]string{catalog.CostPlus: "cost plus a margin", catalog.Residual: "residual"}

// standalonePrices is the library: what each product sells for alone, version by version, with the lines that were sold
// otherwise. A version is changed as the catalog is: proposed by one person, approved by another.
func (v *visit) standalonePrices() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		on := v.queryDate("on")
		if on.IsZero() {
			on = v.Today()
		}
		if v.query("format") == "csv" {
			return v.standaloneFile(sold)
		}
		odd, lines, err := v.unsupported(t, on)
		if err != nil {
			return err
		}
		head := ui.HeadProps{Title: "Stand-alone prices", Sub: "What each product sells for alone, from which day, on what evidence. The price of a deal is shared out by it, as of the day the contract began (606-10-32-31 to 35).",
			Crumbs: []ui.Anchor{{Label: "Catalog", Href: "/catalog"}}, Others: ui.Cells(v.csvButton(), ui.Button(ui.ButtonProps{Label: "Exceptions report", Href: "/reports/standalone-prices"}))}
		list := page.List{Head: head, Tables: []ui.TableProps{v.libraryTable(sold, on, lines), odd}, Filter: v.narrowing("/catalog/standalone-prices", "", ui.FieldProps{Name: "on", Label: "On", Kind: ui.DateInput}),
			Notes: []string{"Lines outside: of contracts in force on the day, in any currency, sold outside the range or without a price in the library. A new price counts for contracts that begin after it, and where a judgment is made anew; what was judged keeps the price it was judged on (606-10-32-43)."}}
		return v.page(http.StatusOK, frame{Title: "Stand-alone prices", Room: "catalog"}, page.ListPage(list))
	})
}

// libraryTable has a group of rows for each product: one for each price of each version, the one that counts first.
func (v *visit) libraryTable(sold *catalog.Catalog, on period.Date, odd map[string]int) ui.TableProps {
	t := ui.TableProps{Title: "Library", Columns: []ui.Column{{Label: "Price for"}, {Label: "From", Kind: ui.Tight}, {Label: "Evidence"}, {Label: "Low", Kind: ui.Figures}, {Label: "Middle", Kind: ui.Figures}, {Label: "High", Kind: ui.Figures}, {Label: "Observed", Kind: ui.Figures}, {Label: "Status"}, {Label: "Lines outside", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No product has a stand-alone price", Text: "Give a product one in the catalog."}}
	for _, newest := range sold.Newest().Products {
		now, _ := sold.Product(newest.Code, on)
		t.Rows = append(t.Rows, ui.Row{Group: newest.Name + " (" + newest.Code + ")"})
		known := false
		for _, p := range slices.Backward(sold.ProductVersions(newest.Code)) {
			status := "Replaced"
			switch {
			case p.Version == now.Version:
				status = "In force"
			case p.StartsOn.After(on):
				status = "Planned"
			}
			for _, s := range p.Standalone {
				known = true
				t.Rows = append(t.Rows, ui.Row{Href: catalogAddress(catalog.ProductKind, p.Code), Muted: status == "Replaced", Cells: append(ui.Cells(ui.TwoLines(priceFor(s), fmt.Sprintf("version %d", p.Version)), ui.Day(p.StartsOn), ui.Text(capital(evidenceOf(s)))),
					append(standaloneCells(s), ui.Status(status), oddCount(status == "In force", odd[p.Code]))...)})
			}
		}
		if !known {
			t.Rows = append(t.Rows, ui.Row{Href: catalogAddress(catalog.ProductKind, newest.Code), Cells: ui.Cells(ui.Soft("no price: it has to be estimated"), ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Nothing(), oddCount(true, odd[newest.Code]))})
		}
	}
	return t
}

func oddCount(counts bool, n int) templ.Component {
	if !counts || n == 0 {
		return ui.Nothing()
	}
	return ui.Count(int64(n))
}

// priceFor says in what currency and for whom a price is.
func priceFor(s catalog.Standalone) string {
	text := s.Currency + " for each unit"
	if s.Every != "" {
		text = s.Currency + " a " + s.Every
	}
	if whom := joinedText(s.Region, s.Segment); whom != "" {
		text += ", " + whom
	}
	return text
}

func evidenceOf(s catalog.Standalone) string {
	if word, ok := evidenceWords[s.Method]; ok {
		return word
	}
	return "observable"
}

func standaloneCells(s catalog.Standalone) []templ.Component {
	var out []templ.Component
	for _, x := range []string{price(s.Low), price(s.Mid), price(s.High)} {
		out = append(out, figureOrNothing(!s.Ranged(), x))
	}
	return append(out, figureOrNothing(s.Price.IsZero(), price(s.Price)))
}

// unsupported lists lines that were sold outside the library, in every currency it has, and counts them by product.
func (v *visit) unsupported(t tx, on period.Date) (ui.TableProps, map[string]int, error) {
	out := ui.TableProps{Title: "Sold otherwise", Columns: []ui.Column{{Label: "Contract", Kind: ui.Tight}, {Label: "Line"}, {Label: "Product"}, {Label: "Finding"}, {Label: "Agreed", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Every line has a stand-alone price and lies within its range"}}
	count := map[string]int{}
	directory, err := entities.Load(v.ctx, t)
	if err != nil {
		return out, nil, err
	}
	var found []revrec.PriceFinding
	for _, e := range directory.All() {
		for _, c := range v.libraryCurrencies(t) {
			more, err := revrec.PriceFindings(v.ctx, t, e.ID, c, on)
			if err != nil {
				return out, nil, err
			}
			found = append(found, more...)
		}
	}
	var ids []int64
	for _, f := range found {
		ids = append(ids, int64(f.Contract))
		count[f.PricedLine.Product]++
	}
	n, err := v.namesOf(t, nil, ids)
	for i, f := range found {
		if i == pageLength {
			break // the report has them all
		}
		number := n.contracts[int64(f.Contract)]
		out.Rows = append(out.Rows, ui.Row{Href: contractAddress(number), Cells: ui.Cells(ui.Text(number), ui.Text(f.Line), ui.Text(f.PricedLine.Product), ui.Text(f.Finding), ui.Text(price(f.Price)))})
	}
	return out, count, err
}

// libraryCurrencies are those that some product has a price in.
func (v *visit) libraryCurrencies(t tx) (out []money.Currency) {
	sold, err := catalog.Load(v.ctx, t)
	if err != nil {
		return nil // the page has loaded it before
	}
	for _, p := range sold.Newest().Products {
		for _, s := range p.Standalone {
			if c := money.Currency(s.Currency); !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (v *visit) standaloneFile(sold *catalog.Catalog) error {
	return v.csvFile("standalone-prices.csv", []string{"product", "version", "from", "currency", "every", "region", "segment", "method", "price", "low", "mid", "high"}, func(write func(cells ...string) error) error {
		for _, newest := range sold.Newest().Products {
			for _, p := range sold.ProductVersions(newest.Code) {
				for _, s := range p.Standalone {
					if err := write(p.Code, fmt.Sprint(p.Version), p.StartsOn.String(), s.Currency, s.Every, s.Region, s.Segment, cmp.Or(string(s.Method), string(catalog.Observable)), s.Price.String(), s.Low.String(), s.Mid.String(), s.High.String()); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
