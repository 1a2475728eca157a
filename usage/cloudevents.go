package usage

import (
	"fmt"
	"time"

	"ratable/internal/fault"
)

// ParseCloudEvents reads usage events from a JSON document: one CloudEvent, or a
// batch in an array (CloudEvents 1.0.2, JSON format, sections 2 and 4).
//
//	{"specversion": "1.0", "source": "/edge/fra1", "id": "a-1",
//	 "type": "api-calls",                   the meter's code
//	 "subject": "acme",                     the customer's external id
//	 "time": "2026-03-01T10:00:00Z",        required here, optional there
//	 "data": {"quantity": "12.5", "dimensions": {"region": "eu"}}}
//
// quantity is a text or a number. Extension attributes are allowed and not kept;
// an unknown name inside data is refused, as it would silently not count. The
// error is fault.Invalid and names each event by index, with the field.
func ParseCloudEvents(body []byte) ([]Event, error) {
	p := cloudParser{r: jsonReader{b: body}}
	if err := p.document(); err != nil {
		return nil, fault.InvalidFields(fault.Field{Path: p.path(""), Message: err.Error()})
	}
	if len(p.problems) > 0 {
		return nil, fault.InvalidFields(p.problems...)
	}
	return p.events, nil
}

// cloudParser reads on after an event with a bad field, so that a sender learns
// all of them at once; JSON that cannot be read ends it.
type cloudParser struct {
	r        jsonReader
	events   []Event
	problems []fault.Field
	batch    bool // an array: paths carry the index
	index    int
}

func (p *cloudParser) path(field string) string {
	switch {
	case !p.batch && field == "":
		return "event"
	case !p.batch:
		return field
	case field == "":
		return fmt.Sprintf("events[%d]", p.index)
	}
	return fmt.Sprintf("events[%d].%s", p.index, field)
}

func (p *cloudParser) refuse(field, value, message string) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, fault.Field{Path: p.path(field), Value: fault.Shown(value), Message: message})
	}
}

func (p *cloudParser) document() error {
	var err error
	switch p.r.peek() {
	case '[':
		p.batch = true
		err = p.r.array(func(index int) error {
			p.index = index
			return p.event()
		})
	case '{':
		err = p.event()
	default:
		err = p.r.unexpected("a CloudEvent or an array of them")
	}
	if err == nil && p.r.peek() != 0 {
		err = p.r.unexpected("the end of the document")
	}
	// A NUL byte is not the end, though peek cannot tell.
	if err == nil && p.r.i < len(p.r.b) {
		err = p.r.unexpected("the end of the document")
	}
	return err
}

// event reads one CloudEvent. A field that was refused is not looked at again:
// one mistake, one message.
func (p *cloudParser) event() error {
	if p.r.peek() != '{' {
		return p.r.unexpected("a CloudEvent")
	}
	var e Event
	var version, at string
	data := false
	before := len(p.problems)
	err := p.r.object(func(name string) (err error) {
		switch name {
		case "specversion":
			version, err = p.text(name)
		case "source":
			e.Source, err = p.text(name)
		case "id":
			e.ID, err = p.text(name)
		case "type":
			e.Meter, err = p.text(name)
		case "subject":
			e.Customer, err = p.text(name)
		case "time":
			at, err = p.text(name)
		case "datacontenttype":
			err = p.contentType()
		case "data_base64":
			p.refuse(name, "", "is not accepted: send data as a JSON object")
			err = p.r.skip(0)
		case "data":
			data = true
			err = p.data(&e)
		default:
			err = p.r.skip(0)
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(p.problems) == before {
		p.finish(&e, version, at, data)
	}
	p.events = append(p.events, e)
	return nil
}

// text reads a text; anything else is a problem of this field alone.
func (p *cloudParser) text(field string) (string, error) {
	if p.r.peek() == '"' {
		return p.r.text()
	}
	p.refuse(field, "", "is not a text")
	return "", p.r.skip(0)
}

func (p *cloudParser) contentType() error {
	s, err := p.text("datacontenttype")
	if err == nil && s != "" && s != "application/json" {
		p.refuse("datacontenttype", s, "is not application/json")
	}
	return err
}

func (p *cloudParser) data(e *Event) error {
	if p.r.peek() != '{' {
		p.refuse("data", "", "is not an object with a quantity")
		return p.r.skip(0)
	}
	counted := false
	err := p.r.object(func(name string) error {
		switch name {
		case "quantity":
			counted = true
			return p.quantity(e)
		case "dimensions":
			return p.dimensions(e)
		}
		p.refuse("data."+fault.Shown(name), "", "is unknown: data holds quantity and dimensions")
		return p.r.skip(0)
	})
	if err == nil && !counted {
		p.refuse("data.quantity", "", "is missing")
	}
	return err
}

func (p *cloudParser) quantity(e *Event) (err error) {
	var s string
	switch c := p.r.peek(); {
	case c == '"':
		s, err = p.r.text()
	case c == '-' || c >= '0' && c <= '9':
		s, err = p.r.number()
	default:
		p.refuse("data.quantity", "", "is not a number or a text with a number")
		return p.r.skip(0)
	}
	if err != nil {
		return err
	}
	q, problem := ParseQuantity(s)
	if problem != nil {
		p.refuse("data.quantity", s, problem.Error())
	}
	e.Quantity = q
	return nil
}

func (p *cloudParser) dimensions(e *Event) error {
	if p.r.peek() != '{' {
		p.refuse("data.dimensions", "", "is not an object of texts")
		return p.r.skip(0)
	}
	return p.r.object(func(name string) error {
		value, err := p.text("data.dimensions." + fault.Shown(name))
		if e.Dimensions == nil {
			e.Dimensions = make(map[string]string)
		}
		e.Dimensions[name] = value
		return err
	})
}

// finish checks an event whose fields were all readable. The fields keep the
// names the sender gave them.
func (p *cloudParser) finish(e *Event, version, at string, data bool) {
	switch {
	case version != "1.0":
		p.refuse("specversion", version, `is not "1.0"`)
		return
	case at == "":
		p.refuse("time", "", "is missing: usage without a time belongs to no day")
		return
	case !data:
		p.refuse("data", "", "is missing")
		return
	}
	t, message := parseTime(at)
	if message != "" {
		p.refuse("time", at, message)
		return
	}
	e.OccurredAt = t
	if name, message := e.problem(); message != "" {
		value := e.text(name)
		if cloud, ok := cloudNames[name]; ok {
			name = cloud
		} else if name != "source" && name != "id" {
			name = "data." + name
		}
		p.refuse(name, value, message)
	}
}

// cloudNames are the CloudEvents names of our fields, where they differ.
var cloudNames = map[string]string{"customer": "subject", "meter": "type", "occurred_at": "time"}

// parseTime reads an RFC 3339 instant, cut to the microseconds Postgres keeps.
func parseTime(s string) (time.Time, string) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, "is not a time with a zone such as 2026-03-01T10:00:00Z (RFC 3339)"
	}
	t = t.UTC().Truncate(time.Microsecond)
	return t, timeProblem(t)
}
