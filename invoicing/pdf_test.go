package invoicing

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/pdf"
	"ratable/internal/period"
)

// What stands under a line explains its amount to the cent.
func TestTheFiguresUnderALineAddUpToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		for i := range rapid.IntRange(1, 10).Draw(t, "steps") {
			l.step(i)
		}
		l.mustRun(period.MaxDate(l.today, date("2027-02-01")))
		for _, d := range l.documents {
			for i, line := range d.Lines {
				rows := (&sheet{Document: d}).steps(line)
				sum := usd(0)
				for _, r := range rows {
					if figure := r.Cells[len(r.Cells)-1].Text; figure != "" {
						a, err := money.ParseAmount(strings.ReplaceAll(figure, ",", ""), "USD")
						if err != nil {
							t.Fatal(err)
						}
						sum = sum.Add(a)
					}
				}
				if len(rows) > 0 && sum != line.Amount {
					t.Errorf("%s line %d (%s) is %s, the figures under it come to %s", d.Number, i+1, line.Kind, line.Amount, sum)
				}
			}
		}
	})
}

func TestTheFiguresUnderALoweredLineAddUpToItToo(t *testing.T) {
	d := lowered(t)
	for i, line := range d.Lines {
		sum := usd(0)
		rows := (&sheet{Document: d}).steps(line)
		for _, r := range rows {
			if figure := r.Cells[len(r.Cells)-1].Text; figure != "" {
				a, err := money.ParseAmount(strings.ReplaceAll(figure, ",", ""), "USD")
				if err != nil {
					t.Fatal(err)
				}
				sum = sum.Add(a)
			}
		}
		if len(rows) > 0 && sum != line.Amount {
			t.Errorf("line %d (%s) is %s, the figures under it come to %s", i+1, line.Line, line.Amount, sum)
		}
	}
}

// What was taken off a line is frozen with it.
func TestALoweredInvoiceIsDrawnTheSameFromWhatWasFrozen(t *testing.T) {
	d := lowered(t)
	frozen, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again Document
	if err := json.Unmarshal(frozen, &again); err != nil {
		t.Fatal(err)
	}
	first, err := PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := PDF(again); err != nil || !bytes.Equal(first, second) {
		t.Errorf("the reprint differs, %v", err)
	}
}

func TestAnyNameIsDrawnAndOnThePaperOfItsCountry(t *testing.T) {
	d := enterprise(t)
	for name, country := range map[string]string{"Acme 🚀 & Söhne": "DE", "\u682a\u5f0f\u4f1a\u793e Kaisha": "JP", "Łódź\x00\xff": "PL", strings.Repeat("Very long name ", 40): "CA"} {
		d.Buyer.Name, d.Buyer.Country = name, country
		first, err := PDF(d)
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}
		second, _ := PDF(d)
		if !bytes.Equal(first, second) {
			t.Errorf("%q is drawn differently the second time", name)
		}
	}
	if paper("CA") != pdf.Letter || paper("US") != pdf.Letter || paper("CH") != pdf.A4 {
		t.Errorf("Canada gets %v, Switzerland %v", paper("CA"), paper("CH"))
	}
}

func TestSpansAndFiguresAreWrittenForPeople(t *testing.T) {
	for want, s := range map[string]period.Span{
		"1 – 31 Mar 2026":           days("2026-03-01", "2026-03-31"),
		"1 Jan – 31 Mar 2026":       days("2026-01-01", "2026-03-31"),
		"15 Dec 2025 – 14 Jan 2026": days("2025-12-15", "2026-01-14"),
		"29 Feb 2028":               days("2028-02-29", "2028-02-29"),
	} {
		if got := span(s); got != want {
			t.Errorf("%s is written %q, wanted %q", s, got, want)
		}
	}
	for _, c := range []struct{ in, want string }{{"0.0004", "0.0004"}, {"117", "117.00"}, {"1234567.5", "1,234,567.50"}, {"-1000000", "-1,000,000.00"}, {"0.10", "0.10"}} {
		if got := price(decimalOf(c.in), "USD"); got != c.want {
			t.Errorf("a price of %s is written %q, wanted %q", c.in, got, c.want)
		}
	}
	if got := percent(decimalOf("0.08875")); got != "8.875%" {
		t.Errorf("0.08875 is written %q", got)
	}
}
