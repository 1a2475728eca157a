package web_test

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ratable/internal/access"
	"ratable/web/webtest"
)

const cameOver = "\ufeffCustomer ID;Name;Seller;Currency;City;State;zip;Country;e-mail\r\n" +
	"mover;Mover Freight;rtus;USD;Austin;TX;78701;US;ap@mover.example\r\n" +
	"broken;=cmd|calc;rtus;USD;Austin;TX;78701;Germany;ap@broken.example\r\n"

const theirContract = "contract,customer,entity,currency,from,through,line,product,quantity,unit_price,every\nM-1,mover,rtus,USD,2026-01-01,2026-12-31,platform,platform,2,100.00,month\n"

const theirInvoices = "type,invoice,customer,currency,issued_on,contract,line,from,through,quantity,unit_price,amount,tax\n" +
	"line,OLD-1,mover,USD,2026-01-01,M-1,platform,2026-01-01,2026-01-31,2,100.00,200.00,13.20\n" +
	"line,OLD-2,mover,USD,2026-02-01,M-1,platform,2026-02-01,2026-02-28,2,95.00,190.00,12.54\n"

// sendCohortFile uploads as a browser does, byte for byte.
func sendCohortFile(b *webtest.Browser, kind, name, text string) *webtest.Page {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", kind)
	_ = form.WriteField("cohort", "spring")
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write([]byte(text))
	_ = form.Close()
	return b.Do("POST", "/imports/customers", &body, map[string]string{"Content-Type": form.FormDataContentType()})
}

func TestCustomersAreTriedOutFixedInTheirErrorFileComparedAndMovedByTwoPeople(t *testing.T) {
	h := newHouse(t)
	sara, ada, fin := h.Login(access.Sales), h.Login(access.Accountant), h.Login(access.Finance)
	sara.Get("/imports/cohorts").Want(200, "autumn", "Planned").Check()
	sara.Get("/imports/customers").Want(200, "Columns of a file of customers", "ISO 3166-1").Check()
	sara.PostForm("/imports/customers", url.Values{"kind": {"customers"}, "cohort": {"Spring 2026"}, "rows": {cameOver}}).Want(422, "small letters").Check()
	sara.PostForm("/imports/customers", url.Values{"kind": {"customers"}, "cohort": {"spring"}, "rows": {"nmae\nx\n"}}).Want(422, "nmae", "the nearest is name").Check()

	tried := sendCohortFile(sara, "customers", "spring.csv", cameOver).Want(200, "Tried out", "formula", "not an ISO 3166-1 country", "Germany", "Take the right rows up")
	tried.Check()
	again, _ := tried.Form("/imports/customers")
	again.Set("step", "errors")
	errors := sara.PostForm("/imports/customers", again).Body
	again.Set("step", "partial")
	sara.PostForm("/imports/customers", again).Want(200, "The right rows are taken up", "Download the error file").Check()
	if !strings.Contains(errors, "'=cmd|calc") || !strings.Contains(errors, "error_field") {
		t.Fatalf("the error file is %q", errors)
	}
	fixed := strings.NewReplacer("'=cmd|calc", "Broken Arrow", ";Germany", ";US").Replace(errors)
	sendCohortFile(sara, "customers", "errors-spring.csv", fixed).Want(200, "Tried out", "Take all rows up").Check()
	sara.PostForm("/imports/customers", url.Values{"kind": {"customers"}, "cohort": {"spring"}, "rows": {fixed}, "step": {"commit"}}).Want(200, "1 new, 0 changed, 0 unchanged", "Imported").Check()
	sara.PostForm("/imports/customers", url.Values{"kind": {"contracts"}, "cohort": {"spring"}, "rows": {theirContract}, "step": {"commit"}}).Want(200, "1 new")
	ada.PostForm("/imports/customers", url.Values{"kind": {"invoices"}, "cohort": {"spring"}, "rows": {theirInvoices}, "step": {"commit"}}).Want(200, "2 new")

	ada.PostForm("/imports/cohorts/spring/compare", nil).Want(200, "Compared").Check()
	ada.Get("/imports/cohorts/spring/compare").Want(200, "Price", "10.66", "95 a unit there, 100 here").Check()
	ada.Get("/imports/cohorts/spring/compare?format=csv").Want(200, "old_invoice", "OLD-2")
	workbook := ada.Get("/imports/cohorts/spring/compare?format=xlsx")
	f, err := excelize.OpenReader(bytes.NewReader([]byte(workbook.Body)))
	if err != nil {
		t.Fatalf("the workbook does not open: %v", err)
	}
	defer f.Close()
	rows, err := f.GetRows("USD", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 4 || rows[2][6] != "OLD-2" || rows[2][10] != "190" || rows[2][18] != "10" || rows[3][10] != "390" || rows[3][0] != "Total" {
		t.Errorf("the workbook says %q (%v)", rows, err)
	}
	if sum, _ := f.GetCellFormula("USD", "K4"); sum != "SUM(K2:K3)" {
		t.Errorf("their total is the formula %q", sum)
	}
	ada.Get("/imports/cohorts/spring/customers/mover?at=2026-02-01").Want(200, "Invoice OLD-2", "Ours of 2026-02-01", "12.54", "13.20").Check()
	ada.PostForm("/imports/cohorts/spring/move", url.Values{"cut_over": {"2026-03-02"}, "reason": {"ready"}}).Want(422, "first day of a month").Check()
	ada.PostForm("/imports/cohorts/spring/move", url.Values{"customer": {"mover"}, "cut_over": {"2026-03-01"}, "treatment": {"correct"}, "reason": {"ready"}}).Want(200, "waits for another person").Lacks("Approve the move")
	ada.Get("/approvals").Want(200, "Waiting for others", "Move of cohort spring", "not you", "mover, from 1 Mar 2026").Check()
	inbox, home := fin.Get("/approvals"), fin.Get("/")
	inbox.Want(200, "Move of cohort spring").Check()
	home.Want(200, "Move of cohort spring", "asks for your decision").Check()
	if at := "/imports/cohorts/spring"; !slices.Contains(inbox.Links(), at) || !slices.Contains(home.Links(), at) {
		t.Errorf("the move opens from neither or one of %v and %v", inbox.Links(), home.Links())
	}
	fin.Get("/imports/cohorts/spring/customers/mover").Want(200, "First invoices, if it is approved now", "Approve the move").Check()
	fin.PostForm("/imports/cohorts/spring/approve", url.Values{"customer": {"mover"}, "approve_reason": {"looked at both"}}).Want(200, "1 customer moved", "Moved on").Check()
	fin.Get("/approvals").Want(200).Lacks("Move of cohort spring")
	fin.Get("/").Want(200).Lacks("Move of cohort spring")
	fin.PostForm("/imports/cohorts/spring/take-back", url.Values{"customer": {"mover"}, "back_reason": {"not yet"}}).Want(200, "Taken back").Check()
}
