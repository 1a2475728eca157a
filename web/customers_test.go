package web_test

import (
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

func TestACustomersPageTellsTheWholeStory(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	b := site.Login(access.Support)
	p := b.Get("/customers?q=north").Want(200, "Northwind Analytics", "San Francisco, US", "4,000.00")
	if rows := p.Table("Customers"); len(rows) != 2 { // one customer and the sum
		t.Errorf("the list shows %q", rows)
	}
	p = b.Get("/customers/1").Want(200, "Northwind Analytics LLC", "500 Howard St", "ap@northwind.example", "12-3456789", "C-2026-001", "C-2026-002", "Contract C-2026-001, version 1 entered")
	if rows := p.Table("Invoices"); len(rows) != 4 || rows[3][0] != "RUS-2026-000001" || rows[3][1] != "Overdue" || rows[3][5] != "1,000.00 USD" {
		t.Errorf("the invoices are %q", rows)
	}
	b.Get("/customers/77").Want(404, "There is no customer 77.")
	b.Get("/customers/x").Want(404)
	b.Get("/customers?q=nobody").Want(200, "No customer matches")
	file := b.Get("/customers?q=north&format=csv")
	if !strings.HasPrefix(file.Body, "id,number,name") || strings.Count(file.Body, "\r\n") != 2 {
		t.Errorf("the file is %q", file.Body)
	}
}
