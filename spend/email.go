package spend

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/mail"
	"ratable/internal/period"
)

// letter is what an alert says, as text and as HTML.
type letter struct {
	To, From string
	Headline string // "80 % of the cap of 5,000.00 a month is reached"
	Rows     []row
	Forecast string // empty: nothing to say
	Then     string // what happens above
	Where    string
	Link     string // empty: nobody said where the web app is
	SetBy    string
}

type row struct{ Term, Value string }

// message is the e-mail of one threshold; false when nobody is to be written to.
func (x *Account) message(m Measured, t decimal.Decimal, c customers.Customer, forecast Forecast) (mail.Message, bool) {
	to := recipients(m.Rule, c)
	entity, known := x.World.Entities.ByID(c.Entity)
	if len(to) == 0 || !known {
		return mail.Message{}, false
	}
	l := x.letter(m, t, c, forecast)
	l.From = entity.Name
	return mail.Message{
		Key: "alert:" + m.fired(t, x.AsOf).name(), Account: int64(m.Account),
		From: mail.Address{Name: entity.Name, Email: entity.Email}, To: to,
		Subject: l.Headline + " (" + c.Name + ")", Text: l.text(), HTML: l.html(),
	}, true
}

// recipients are the contacts of the rule's roles and its addresses. Where the customer has nobody in these roles, those
// for payables are told, and where there are none, everybody: an alert that reaches nobody is none.
func recipients(r Rule, c customers.Customer) []mail.Address {
	var out []mail.Address
	add := func(name, email string) {
		if !slices.ContainsFunc(out, func(a mail.Address) bool { return strings.EqualFold(a.Email, email) }) {
			out = append(out, mail.Address{Name: name, Email: email})
		}
	}
	of := func(roles ...customers.ContactRole) {
		for _, contact := range c.Contacts {
			if slices.Contains(roles, contact.Role) {
				add(contact.Name, contact.Email)
			}
		}
	}
	if of(r.Roles...); len(r.Roles) > 0 && len(out) == 0 {
		if of(customers.Payable); len(out) == 0 {
			of(contactRoles...)
		}
	}
	for _, a := range r.Addresses {
		add("", a)
	}
	return out
}

func (x *Account) letter(m Measured, t decimal.Decimal, c customers.Customer, forecast Forecast) letter {
	l := letter{To: c.Name, Headline: headline(m, t), Link: x.site.Link("/my/spending"), SetBy: setter(m.Rule)}
	if m.Number != "" {
		l.Rows = append(l.Rows, row{"Contract", m.Number})
	}
	l.Rows = append(l.Rows, row{"Period", days(m.Period)})
	switch {
	case m.Limit != nil:
		left, units := m.Limit.Left()
		if m.Limit.InUnits {
			l.Rows = append(l.Rows, row{"So far", fmt.Sprintf("%s of %s (%s)", quantity(m.Limit.ReachedUnits, ""), quantity(m.Limit.SizeUnits, m.Limit.Unit), m.Says(m.Value))}, row{"Left", quantity(units, m.Limit.Unit)})
		} else {
			currency := string(m.Limit.Currency)
			l.Rows = append(l.Rows, row{"So far", fmt.Sprintf("%s of %s %s (%s)", m.Limit.Reached.Display(), m.Limit.Size.Display(), currency, m.Says(m.Value))}, row{"Left", left.Display() + " " + currency})
		}
		l.Then = then(*m.Limit)
	default:
		l.Rows = append(l.Rows, row{"So far", m.Says(m.Value)}, row{"Alert at", m.Says(t)})
	}
	l.Forecast = forecast.sentence(m)
	l.Where = "the running bill line by line, the forecast, and the alerts, to change or remove."
	return l
}

func headline(m Measured, t decimal.Decimal) string {
	if m.Limit == nil {
		return fmt.Sprintf("%s: more than %s in this period", m.Subject, m.Says(t))
	}
	subject := strings.ToLower(m.Subject[:1]) + m.Subject[1:]
	if m.Limit.Kind == contracts.PrepaidLimit || m.Limit.Kind == contracts.CreditLimit {
		return fmt.Sprintf("%s of the %s is used", m.Says(t), subject)
	}
	return fmt.Sprintf("%s of the %s is reached", m.Says(t), subject)
}

func days(s period.Span) string {
	return s.Start.Format("2 January 2006") + " to " + s.End.AddDays(-1).Format("2 January 2006")
}

// then says what happens once a limit is full.
func then(l Limit) string {
	switch {
	case l.Kind == contracts.CapLimit && l.Then == contracts.Stop:
		return "Above the cap the service stops, and nothing more is billed."
	case l.Kind == contracts.CapLimit && l.Then == contracts.Throttle:
		return "Above the cap the service is slowed down; what is used goes on being billed."
	case l.Kind == contracts.CapLimit && l.Bites && !l.Charged:
		return "The service goes on; nothing above the cap is billed."
	case l.Kind == contracts.CapLimit && l.Bites:
		return "What lies above the cap is billed as the contract says."
	case l.Kind == contracts.CapLimit:
		return "The cap is a warning: the service goes on, and what is used goes on being billed."
	case l.Kind == contracts.PrepaidLimit:
		return "Once the balance is used up, further usage is billed as the contract says."
	case l.Kind == contracts.CreditLimit:
		return "Once the credit is used up, charges are billed in full."
	}
	return ""
}

// sentence is the forecast of what a measure looks at.
func (f Forecast) sentence(m Measured) string {
	if m.Kind == Amount {
		return f.sum(m)
	}
	for _, o := range f.Contracts {
		if m.Contract != 0 && o.Contract != m.Contract || o.Payer != m.Customer {
			continue
		}
		switch {
		case o.Unsaid != "":
			continue
		case m.Limit != nil:
			for _, r := range o.Limits {
				if r.Kind == m.Limit.Kind && r.ID == m.Limit.ID && !r.Reached {
					return r.Sentence(f.AsOf) + " " + o.Basis + "; growth is not guessed."
				}
			}
		case m.Kind == Units:
			for _, l := range o.Lines {
				if l.Span.Contains(f.AsOf) && (m.Line == l.Line || m.Meter != "" && m.Meter == l.Meter) {
					return fmt.Sprintf("Expected by the end of %s: about %s. %s; growth is not guessed.", l.Span.Last().Format("2 January"), quantity(l.Expected, l.Unit), o.Basis)
				}
			}
		}
	}
	return ""
}

// sum is the forecast of a running bill: of one contract, or of all that fall due on its day. Nothing when one of them
// has none.
func (f Forecast) sum(m Measured) string {
	var all Expected
	basis := ""
	for _, o := range f.Contracts {
		if m.Contract != 0 && o.Contract != m.Contract || o.Payer != m.Customer || string(o.Currency) != m.Unit {
			continue
		}
		if o.Unsaid != "" {
			return ""
		}
		for _, b := range o.Bills {
			if b.On == m.Mark {
				all.Amount, all.Low, all.High, basis = all.Amount.Add(b.Amount), all.Low.Add(b.Low), all.High.Add(b.High), first(basis, o.Basis)
			}
		}
	}
	if basis == "" {
		return ""
	}
	return fmt.Sprintf("Expected by %s: about %s %s (%s to %s). %s; growth is not guessed.", m.Mark.Format("2 January"), all.Amount.Display(), m.Unit, all.Low.Display(), all.High.Display(), basis)
}

// Sentence says when a limit is expected to be reached.
func (r Reaching) Sentence(asOf period.Date) string {
	verb := "reached"
	if r.Kind == contracts.PrepaidLimit || r.Kind == contracts.CreditLimit {
		verb = "used up"
	}
	switch {
	case r.Reached:
		return "It is " + verb + "."
	case r.On.IsZero() && r.Earliest.IsZero():
		return fmt.Sprintf("It is not expected to be %s in this period.", verb)
	case r.On.IsZero():
		return fmt.Sprintf("It is not expected to be %s in this period; in busy weeks, from %s.", verb, r.Earliest.Format("2 January"))
	case !r.Latest.IsZero() && r.Latest != r.Earliest:
		return fmt.Sprintf("It is expected to be %s around %s (%s to %s).", verb, r.On.Format("2 January"), r.Earliest.Format("2 January"), r.Latest.Format("2 January"))
	}
	return fmt.Sprintf("It is expected to be %s around %s.", verb, r.On.Format("2 January"))
}

func setter(r Rule) string {
	switch r.SetBy {
	case ByContract:
		return "This alert comes with " + r.ByName + "."
	case ByCustomer:
		return "This alert was set by " + r.ByName + " of your company."
	}
	return "This alert was set by " + r.ByName + ", who looks after your account."
}

func (l letter) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Dear %s,\n\n%s.\n\n", l.To, l.Headline)
	for _, r := range l.Rows {
		fmt.Fprintf(&b, "%-10s%s\n", r.Term+":", r.Value)
	}
	for _, s := range []string{l.Forecast, l.Then} {
		if s != "" {
			fmt.Fprintf(&b, "\n%s\n", s)
		}
	}
	look := "sign in and open Spending. It shows " + l.Where
	if l.Link != "" {
		look = l.Link + "\nIt shows " + l.Where
	}
	fmt.Fprintf(&b, "\nWhere to look: %s\n%s It is sent once a period.\n\n%s\n", look, l.SetBy, l.From)
	return b.String()
}

func (l letter) html() string {
	var b strings.Builder
	if err := letterHTML.Execute(&b, l); err != nil {
		panic(err) // plain strings
	}
	return b.String()
}

// letterHTML keeps to what every mail program draws: tables, inline styles, no pictures.
var letterHTML = template.Must(template.New("alert").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Headline}}</title></head>
<body style="margin:0;padding:24px;background:#f5f6f8;font:15px/1.5 -apple-system,'Segoe UI',Helvetica,Arial,sans-serif;color:#1c2430">
<table role="presentation" width="100%" style="max-width:560px;margin:0 auto;background:#ffffff;border:1px solid #dfe3e8;border-radius:8px"><tr><td style="padding:28px">
<p style="margin:0 0 16px">Dear {{.To}},</p>
<p style="margin:0 0 20px;font-size:19px;line-height:1.35;font-weight:600">{{.Headline}}.</p>
<table role="presentation" style="border-collapse:collapse;margin:0 0 20px">{{range .Rows}}
<tr><td style="padding:4px 24px 4px 0;color:#5b6675;vertical-align:top">{{.Term}}</td><td style="padding:4px 0;font-variant-numeric:tabular-nums">{{.Value}}</td></tr>{{end}}
</table>
{{with .Forecast}}<p style="margin:0 0 12px">{{.}}</p>
{{end}}{{with .Then}}<p style="margin:0 0 12px">{{.}}</p>
{{end}}<p style="margin:20px 0 0;padding-top:16px;border-top:1px solid #dfe3e8;color:#5b6675;font-size:13px">Where to look: {{if .Link}}<a href="{{.Link}}" style="color:#1f5fbf">Spending</a> shows {{else}}sign in and open Spending. It shows {{end}}{{.Where}}<br>{{.SetBy}} It is sent once a period.</p>
<p style="margin:16px 0 0;color:#5b6675;font-size:13px">{{.From}}</p>
</td></tr></table></body></html>
`))
