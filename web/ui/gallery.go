package ui

import (
	"time"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// The gallery's content is made up, and written so that it adds up.

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

func day(y int, m time.Month, d int) period.Date { return period.NewDate(y, m, d) }

func galleryPage(theme string) PageProps {
	return PageProps{
		Title: "Gallery", Theme: theme, Current: "contracts", Environment: "Demo",
		Nav:  WithCount(WithCount(Nav([]string{"admin"}), "approvals", 3, true), "invoices", 128, false),
		User: User{Name: "Ida Lindqvist", Email: "ida@ratable.example", Role: "Accountant"},
		Flashes: []Flash{{Text: "Invoice R-2026-0142 was issued and sent to ap@northwind.example", Tone: Good,
			Link: Anchor{"Open the invoice", "/invoices/142"}}},
	}
}

func galleryStats() []StatProps {
	return []StatProps{
		{Label: "Contract value", Value: MoneyLink(eur(48600000), "/contracts/2041/value"), Note: "36 months, 13,500.00 a month"},
		{Label: "Billed", Value: MoneyLink(eur(5481260), "/invoices?contract=2041"), Note: "14 invoices"},
		{Label: "Recognized", Value: MoneyLink(eur(4050000), "/revenue?contract=2041"), Note: "through 31 Mar 2026", Tone: Good},
		{Label: "Open", Value: MoneyLink(eur(842520), "/invoices?contract=2041&status=open"), Note: "1 invoice, 12 days late", Tone: Bad},
	}
}

func galleryFacts() []Fact {
	return []Fact{
		{"Customer", Link("Northwind Analytics GmbH", "/customers/12")},
		{"Entity", Text("Ratable GmbH")},
		{"Term", Span(period.Through(day(2026, 1, 1), day(2028, 12, 31)))},
		{"Billing", Text("Quarterly, in advance")},
		{"Deferred", MoneyLink(eur(1431260), "/ledger/deferred?contract=2041")},
		{"Adjustment", Money(eur(-84000))},
		{"PO", Mono("4500-118-2026")},
		{"Approved by", Text("Ruben Castellanos")},
	}
}

func galleryTrail() []Event {
	zone := time.FixedZone("CET", 3600)
	return []Event{
		{At: time.Date(2026, 4, 2, 9, 14, 0, 0, zone), By: "Invoice run", What: "Invoice R-2026-0142 issued", Href: "/invoices/142", Tone: Good},
		{At: time.Date(2026, 3, 18, 16, 2, 0, 0, zone), By: "Maya Okafor", What: "Seats raised from 120 to 150", Href: "/contracts/2041/v3", Why: "New team in Gdańsk; prospective from 1 Apr 2026", Tone: Info},
		{At: time.Date(2026, 2, 3, 6, 0, 0, 0, zone), By: "Mail", What: "Delivery to ap@northwind.example failed", Why: "Mailbox full, sent again after 2 hours", Tone: Warn},
		{At: time.Date(2025, 12, 19, 11, 40, 0, 0, zone), By: "Ruben Castellanos", What: "Approved"},
	}
}

func galleryLines() TableProps {
	year := period.Through(day(2026, 1, 1), day(2026, 12, 31))
	row := func(name, kind string, span period.Span, quantity int64, minor int64) Row {
		return Row{Cells: Cells(TwoLines(name, kind), Span(span), Count(quantity), Figure(eur(minor)))}
	}
	return TableProps{
		Title:   "Lines",
		Corner:  Link("Why these amounts", "/contracts/2041/why"),
		Columns: []Column{{Label: "Line"}, {Label: "Service", Kind: Tight}, {Label: "Quantity", Kind: Figures}, {Label: "EUR a year", Kind: Figures}},
		Rows: []Row{
			row("Platform", "Fixed, ratable by day", year, 150, 9600000),
			row("Committed usage", "Events, true-up each quarter", year, 40000000, 5200000),
			row("Premium support", "Fixed, from April", period.Through(day(2026, 4, 1), day(2026, 12, 31)), 1, 1484000),
			row("Migration discount", "Once", period.Through(day(2026, 1, 1), day(2026, 1, 1)), 1, -84000),
		},
		Foot: []Row{{Cells: Cells(Text("Total"), Text(""), Text(""), FigureLink(eur(16200000), "/contracts/2041/value"))}},
	}
}

func galleryInvoices() TableProps {
	row := func(number, customer, status string, due period.Date, total, open money.Amount) Row {
		return Row{Href: "/invoices/" + number, Cells: Cells(Text(number), Text(customer), Status(status), Day(due), Money(total), Money(open))}
	}
	return TableProps{
		Caption: "Invoices",
		Columns: []Column{{Label: "Number", Kind: Tight, SortHref: "?sort=number"}, {Label: "Customer", SortHref: "?sort=customer"}, {Label: "Status"},
			{Label: "Due", Kind: Tight, SortHref: "?sort=-due", Sorted: Descending}, {Label: "Total", Kind: Figures}, {Label: "Open", Kind: Figures}},
		Rows: []Row{
			row("R-2026-0142", "Northwind Analytics GmbH", "Open", day(2026, 5, 2), eur(842520), eur(842520)),
			row("R-2026-0141", "Harbor Foods Ltd", "Partial", day(2026, 5, 2), money.Of(1249900, "GBP"), money.Of(249900, "GBP")),
			row("R-2026-0138", "Sakura Robotics KK", "Sent", day(2026, 4, 30), money.Of(1820000, "JPY"), money.Of(1820000, "JPY")),
			row("R-2026-0131", "Łódź Instrumenty Sp. z o.o.", "Overdue", day(2026, 4, 9), eur(318400), eur(318400)),
			row("R-2026-0130", "Meridian Freight SAS", "Paid", day(2026, 4, 8), eur(2750000), eur(0)),
			row("C-2026-0009", "Meridian Freight SAS", "Credited", day(2026, 4, 8), eur(-145050), eur(0)),
		},
		Pager: &Pager{Summary: "6 of 128 · 37,658.70 EUR on this page", First: "?", Next: "?after=130"},
		Foot:  []Row{{Cells: Cells(Text("EUR"), Text(""), Text(""), Text(""), Money(eur(3765870)), Money(eur(1160920)))}},
	}
}

func galleryProblems() []fault.Field {
	return []fault.Field{
		{Path: "received_on", Value: "2026-03-31", Message: "March 2026 is closed; the first open day is 1 Apr 2026"},
		{Path: "amount", Value: "18,400.005", Message: "EUR has two decimals"},
	}
}

func galleryDocument() DocumentProps {
	return DocumentProps{
		Name:   "northwind.yaml",
		Corner: Button(ButtonProps{Label: "Download", Href: "/contracts/2041.yaml", Icon: "download", Small: true}),
		Text: `# Northwind Analytics, signed 2025-12-19
contract: NW-2041
customer: "Northwind Analytics GmbH"
term: {from: 2026-01-01, through: 2028-12-31}
lines:
  - product: platform
    fixed: {quantity: 150, price: 53.3333, per: month}
  - product: events
    commitment: {amount: 52000.00, per: year}
    overage: 0.0016
`,
		Remarks: []Remark{{Line: 7, Message: "A price in EUR per seat has at most four decimals after the amendment of April", Tone: Warn}},
	}
}

var galleryMonths = []string{"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr"}

func galleryBilling() ChartProps {
	fixed := AmountMarks(eur(620000), eur(620000), eur(620000), eur(700000), eur(700000), eur(700000), eur(745000), eur(745000), eur(800000), eur(800000), eur(800000), eur(923600))
	used := AmountMarks(eur(181000), eur(202400), eur(164300), eur(214800), eur(262000), eur(281900), eur(307000), eur(254000), eur(322600), eur(358100), eur(401200), eur(377000))
	over := AmountMarks(eur(0), eur(0), eur(0), eur(22000), eur(41000), eur(30000), eur(62500), eur(0), eur(48000), eur(81200), eur(104000), eur(52000))
	for i := range fixed {
		fixed[i].Href = "/invoices?month=" + galleryMonths[i]
	}
	return ChartProps{Title: "Billed by month", Kind: Stacked, Head: "Month", Labels: galleryMonths, Digits: 2,
		Series: []Series{{"Fixed", fixed}, {"Commitment", used}, {"Overage", over}}}
}

func galleryUsage() ChartProps {
	return ChartProps{Title: "Events a day, thousands", Kind: Lines, Head: "Day", Labels: []string{"1 Apr", "2 Apr", "3 Apr", "4 Apr", "5 Apr", "6 Apr", "7 Apr", "8 Apr", "9 Apr", "10 Apr"},
		Series: []Series{{"This month", CountMarks(1180, 1242, 1304, 640, 588, 1377, 1420, 1398, 1466, 1512)}, {"Last month", CountMarks(1020, 1048, 1101, 560, 502, 1122, 1190, 1176, 1230, 1214)}}}
}

func galleryCash() ChartProps {
	return ChartProps{Title: "Cash in and credits", Kind: Bars, Head: "Month", Labels: galleryMonths[6:], Digits: 2,
		Series: []Series{{"Received", AmountMarks(eur(1084000), eur(942000), eur(1176000), eur(1204000), eur(1311000), eur(688000))}, {"Credited", AmountMarks(eur(-42000), eur(-120000), eur(0), eur(-84000), eur(-210000), eur(-31000))}}}
}

func galleryWaterfall() TableProps {
	table := TableProps{Title: "Deferred revenue by booking month, EUR", Wide: true, Columns: []Column{{Label: "Booked", Kind: Tight}}}
	var rows [3][]templ.Component
	names := []string{"Jan 2026", "Feb 2026", "Mar 2026"}
	for i := range rows {
		rows[i] = Cells(Text(names[i]))
	}
	sums := Cells(Text("Total"))
	for column := range int64(9) {
		table.Columns = append(table.Columns, Column{Label: MonthText(period.NewMonth(2026, time.April).Add(int(column))), Kind: Figures})
		sum := eur(0)
		for i := range rows {
			amount := eur(max(0, 412000+int64(i)*38050-column*61000))
			if i == 1 && column == 0 {
				amount = eur(-21540)
			}
			rows[i], sum = append(rows[i], FigureLink(amount, "/revenue/waterfall")), sum.Add(amount)
		}
		sums = append(sums, FigureLink(sum, "/revenue/waterfall"))
	}
	for _, cells := range rows {
		table.Rows = append(table.Rows, Row{Cells: cells})
	}
	table.Foot = []Row{{Cells: sums}}
	return table
}
