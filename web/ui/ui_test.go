package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

func TestEveryPageIsWellFormedAccessibleAndFreeOfInlineCode(t *testing.T) {
	for name, page := range map[string]templ.Component{
		"gallery": Gallery(""), "dark gallery": Gallery("dark"),
		"login": Login(LoginProps{Action: "/login", Error: "No", Note: Text("Demo")}),
		"fail":  Fail(FailProps{Status: 404, Title: "Not here", Reference: "a1", Back: Anchor{"Home", "/"}}),
		"print": Print(PrintProps{Title: "Invoice", Back: "/invoices/1"}),
		"bare":  Page(PageProps{Title: "Bare"}),
	} {
		t.Run(name, func(t *testing.T) { checkPage(t, render(t, page)) })
	}
}

func TestAPageHasItsLandmarksAndSaysWhereWeAre(t *testing.T) {
	page := render(t, Gallery(""))
	for _, want := range []string{`<main class="main" id="main"`, `<nav class="side"`, `href="#main"`, `<h1>Contract 2041</h1>`, `aria-current="page"`,
		`method="post" action="/logout"`, `popovertarget="side"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the frame lacks %s", want)
		}
	}
	if n := strings.Count(page, "<h1"); n != 1 {
		t.Errorf("the page has %d first headings, want 1", n)
	}
	if n := strings.Count(page, "<main"); n != 1 {
		t.Errorf("the page has %d mains, want 1", n)
	}
}

func TestANegativeAmountStandsInParenthesesAndIsReadAsMinus(t *testing.T) {
	for _, c := range []struct {
		amount          money.Amount
		shown, readable string
	}{
		{money.Of(123450, "EUR"), "1,234.50 EUR", "1,234.50"},
		{money.Of(-123450, "EUR"), "(1,234.50) EUR", "minus 1,234.50"},
		{money.Of(-5, "EUR"), "(0.05) EUR", "minus 0.05"},
		{money.Of(0, "EUR"), "0.00 EUR", "0.00"},
		{money.Of(-1820000, "JPY"), "(1,820,000) JPY", "minus 1,820,000"},
		{money.Of(-1234567, "KWD"), "(1,234.567) KWD", "minus 1,234.567"},
	} {
		if got := AmountText(c.amount); got != c.shown {
			t.Errorf("AmountText: %q, want %q", got, c.shown)
		}
		cell := render(t, Money(c.amount))
		if !strings.Contains(cell, ">"+c.readable+"<") || !strings.Contains(cell, string(c.amount.Currency())) {
			t.Errorf("Money(%s) = %s, want %q to be readable and its currency beside it", c.shown, cell, c.readable)
		}
		if negative := strings.Contains(cell, `aria-hidden="true">(`); negative != (c.amount.Sign() < 0) {
			t.Errorf("Money(%s) hides its parentheses from screen readers: %t", c.shown, negative)
		}
	}
	if got := render(t, Figure(money.Of(100, "EUR"))); strings.Contains(got, "EUR") {
		t.Errorf("Figure shows the currency its column head says: %s", got)
	}
}

func TestSpansAreWrittenWithTheirLastDay(t *testing.T) {
	for want, span := range map[string]period.Span{
		"1 Jan – 31 Mar 2026":      period.Through(day(2026, 1, 1), day(2026, 3, 31)),
		"1 Nov 2025 – 31 Jan 2026": period.NewSpan(day(2025, 11, 1), day(2026, 2, 1)),
		"29 Feb 2028":              period.NewSpan(day(2028, 2, 29), day(2028, 3, 1)),
		"from 1 Jan 2026":          {Start: day(2026, 1, 1)},
		"–":                        {},
	} {
		if got := SpanText(span); got != want {
			t.Errorf("SpanText(%v) = %q, want %q", span, got, want)
		}
	}
	if got := render(t, Day(day(2026, time.March, 1))); !strings.Contains(got, `datetime="2026-03-01"`) || !strings.Contains(got, "1 Mar 2026") {
		t.Errorf("Day = %s", got)
	}
}

func TestAFieldsErrorAndHintAreTiedToIt(t *testing.T) {
	errors := []fault.Field{{Path: "lines[2].quantity", Message: "must be at least 1"}, {Path: "other", Message: "not this one"}}
	for _, kind := range []Input{TextInput, EmailInput, PasswordInput, NumberInput, DateInput, MonthInput, FileInput, MoneyInput, SelectInput, AreaInput, CodeInput, CheckInput} {
		field := render(t, Field(FieldProps{Name: "lines[2].quantity", Label: "Quantity", Kind: kind, Hint: "Seats", Errors: errors, Required: true}))
		checkPage(t, field)
		for _, want := range []string{`for="f-lines-2--quantity"`, `id="f-lines-2--quantity"`, `name="lines[2].quantity"`, `aria-invalid="true"`,
			`aria-describedby="f-lines-2--quantity-error f-lines-2--quantity-hint"`, "must be at least 1", " required"} {
			if !strings.Contains(field, want) {
				t.Errorf("a %s field with an error lacks %s:\n%s", kind, want, field)
			}
		}
		if strings.Contains(field, "not this one") {
			t.Errorf("a %s field shows another field's error", kind)
		}
		sound := render(t, Field(FieldProps{Name: "q", Label: "Quantity", Kind: kind}))
		if strings.Contains(sound, "aria-invalid") || strings.Contains(sound, "aria-describedby") {
			t.Errorf("a %s field without error or hint says otherwise: %s", kind, sound)
		}
	}
}

func TestAFailedFormKeepsWhatWasTypedAndLinksToTheField(t *testing.T) {
	form := render(t, Form(FormProps{Action: "/payments", Errors: []fault.Field{{Path: "amount", Message: "EUR has two decimals"}}}))
	if !strings.Contains(form, `<a href="#f-amount">amount</a>: EUR has two decimals`) || !strings.Contains(form, `method="post"`) {
		t.Errorf("the form's list of problems: %s", form)
	}
	if field := render(t, Field(FieldProps{Name: "amount", Label: "Amount", Kind: MoneyInput, Value: "1,00,5"})); !strings.Contains(field, `value="1,00,5"`) {
		t.Errorf("a refused value is lost: %s", field)
	}
}

func TestAnEmptyListSaysWhatToDo(t *testing.T) {
	table := render(t, Table(TableProps{Caption: "Invoices", Columns: []Column{{Label: "A"}, {Label: "B"}},
		Empty: EmptyProps{Title: "No invoices", Action: &ButtonProps{Label: "Start a run", Href: "/runs/new"}}}))
	for _, want := range []string{`colspan="2"`, "No invoices", `href="/runs/new"`} {
		if !strings.Contains(table, want) {
			t.Errorf("the empty list lacks %s", want)
		}
	}
}

func TestARowWithMoreCellsThanColumnsPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two cells under one head were shown")
		}
	}()
	render(t, Table(TableProps{Columns: []Column{{Label: "A"}}, Rows: []Row{{Cells: Cells(Text("1"), Text("2"))}}}))
}

func TestTheOrderOfAListIsReadable(t *testing.T) {
	table := render(t, Table(galleryInvoices()))
	if !strings.Contains(table, `aria-sort="descending"`) || !strings.Contains(table, `<a class="row-link" href="/invoices/R-2026-0142">`) {
		t.Error("the sorted column or the row's link is not marked")
	}
}

func TestADocumentKeepsEveryBlankAndShowsRemarksAtTheirLine(t *testing.T) {
	page := render(t, Document(DocumentProps{Name: "a.yaml", Text: "a:  1 # why\n   b: \"x # y\"\n\n", Remarks: []Remark{{Line: 2, Message: "b is unknown"}}}))
	var text []string
	for _, e := range elements(t, page) {
		if e.name == "li" || len(text) > 0 {
			text = append(text, e.text)
		}
	}
	if got := strings.Join(text, "|"); !strings.Contains(strings.ReplaceAll(got, "|", ""), `a:  1 # why   b: "x # y"b is unknown`) {
		t.Errorf("the document reads %q", got)
	}
}

func TestAChartSaysEveryValueTwice(t *testing.T) {
	chart := ChartProps{Title: "Cash", Kind: Bars, Labels: []string{"Jan", "Feb"}, Digits: 2, Series: []Series{{"In", AmountMarks(eur(150000), eur(-2500))}}}
	page := render(t, Chart(chart))
	checkPage(t, page)
	for _, want := range []string{"1,500.00 EUR", "(25.00) EUR"} {
		if strings.Count(page, want) != 2 {
			t.Errorf("%s stands %d times, want once as a title and once in the table", want, strings.Count(page, want))
		}
	}
}

func TestAChartStaysInsideItsFrame(t *testing.T) {
	for _, marks := range [][]Mark{CountMarks(), CountMarks(0, 0), CountMarks(-5, -9000000000), CountMarks(1), CountMarks(9e15, -9e15)} {
		for _, kind := range []ChartKind{Bars, Stacked, Lines} {
			chart := ChartProps{Kind: kind, Labels: []string{"a", "b"}, Series: []Series{{"x", marks}, {"y", marks}}}
			for _, b := range chart.boxes() {
				if b.x < plotLeft || b.x+b.w > plotWidth || b.y < plotTop-0.1 || b.y+b.h > plotHeight-plotBottom+0.1 {
					t.Errorf("%s of %v: %+v leaves the frame", kind, marks, b)
				}
			}
		}
	}
}

func TestEveryRoleSeesItsRooms(t *testing.T) {
	for role, want := range map[string]string{
		"sales":      "home approvals customers contracts subscriptions catalog partners usage programmes invoices",
		"support":    "home customers contracts subscriptions catalog usage programmes invoices payments outbox privacy developers",
		"accountant": "home approvals customers contracts subscriptions catalog partners usage programmes invoices payments imports outbox revenue reports ledger journals close reconciliations evidence exports runs audit entities rules policies",
		"admin":      "home approvals customers contracts subscriptions catalog partners usage programmes invoices payments imports outbox revenue reports ledger journals close reconciliations evidence exports runs audit entities rules policies privacy developers webhooks users",
	} {
		var got []string
		for _, group := range Nav([]string{role}) {
			for _, item := range group.Items {
				got = append(got, item.Key)
				iconPath(item.Icon)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s sees %v, want %s", role, got, want)
		}
	}
	if got := Nav([]string{"admin"}, "ledger"); len(got) != 1 || len(got[0].Items) != 1 {
		t.Errorf("asked for the ledger alone: %v", got)
	}
}
