package ui

import (
	"context"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// corpus is text that would become markup or code if it were not escaped where it stands.
var corpus = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, ` JaVaScRiPt:alert(1)`,
	"java\nscript:alert(1)", `data:text/html,<script>alert(1)</script>`, `</title><svg onload=alert(1)>`, `</textarea><script>1</script>`,
	`--><script>alert(1)</script>`, `]]><x>`, `" autofocus onfocus=alert(1) x="`, `{{constructor}}`, "# key: \"<b>\" <i>", "\x00<b>", "vbscript:msgbox(1)",
}

// fillers build each component with one text in every place that takes text.
var fillers = map[string]func(s string) templ.Component{
	"atoms": func(s string) templ.Component {
		return templ.Join(Text(s), Soft(s), Mono(s), Link(s, s), TwoLines(s, s), Pill(s, Tone(s)), Status(s), within(To(s), s))
	},
	"button":  func(s string) templ.Component { return Button(filled[ButtonProps](s)) },
	"press":   func(s string) templ.Component { p := filled[ButtonProps](s); p.Href = ""; return Button(p) },
	"post":    func(s string) templ.Component { return Post(filled[PostProps](s)) },
	"confirm": func(s string) templ.Component { return within(Confirm(filled[ConfirmProps](s)), s) },
	"page":    func(s string) templ.Component { return within(Page(filled[PageProps](s)), s) },
	"head":    func(s string) templ.Component { return Head(filled[HeadProps](s)) },
	"table":   func(s string) templ.Component { return Table(filled[TableProps](s)) },
	"group": func(s string) templ.Component {
		return Table(TableProps{Columns: []Column{{Label: s, Hidden: true}}, Rows: []Row{{Group: s}}})
	},
	"filters": func(s string) templ.Component { return within(Filters(filled[FilterProps](s)), s) },
	"chips": func(s string) templ.Component {
		return Filters(FilterProps{Chips: []Chip{{Label: s, Value: s, Remove: s}}})
	},
	"menu":     func(s string) templ.Component { return within(FilterMenu(s, filled[[]Value](s)), s) },
	"form":     func(s string) templ.Component { return within(Form(filled[FormProps](s)), s) },
	"fieldset": func(s string) templ.Component { return within(Fieldset(s), s) },
	"cards": func(s string) templ.Component {
		return templ.Join(within(Card(s, Anchor{s, s}), s), within(Section(s), s), Stats(filled[[]StatProps](s)), Facts(s, filled[[]Fact](s)),
			FactGrid(s, filled[[]Fact](s)), Timeline(filled[[]Event](s)), within(Alert(s, Tone(s)), s), within(More(filled[MoreProps](s)), s), Progress(filled[ProgressProps](s)))
	},
	"document": func(s string) templ.Component { return Document(filled[DocumentProps](s)) },
	"chart":    func(s string) templ.Component { return Chart(filled[ChartProps](s)) },
	"lines":    func(s string) templ.Component { p := filled[ChartProps](s); p.Kind = Lines; return Chart(p) },
	"login":    func(s string) templ.Component { return Login(filled[LoginProps](s)) },
	"fail":     func(s string) templ.Component { return Fail(filled[FailProps](s)) },
	"print":    func(s string) templ.Component { return within(Print(filled[PrintProps](s)), s) },
}

func TestNoTextEverBecomesMarkup(t *testing.T) {
	for _, kind := range []Input{TextInput, PasswordInput, FileInput, MoneyInput, SelectInput, AreaInput, CodeInput, CheckInput} {
		fillers["field "+string(kind)] = func(s string) templ.Component { p := filled[FieldProps](s); p.Kind = kind; return Field(p) }
	}
	for name, fill := range fillers {
		known := map[string]bool{"span class": true} // a document colors some texts and not others
		for _, e := range elements(t, render(t, fill("plain"))) {
			known[e.String()] = true
		}
		for _, text := range corpus {
			for _, e := range elements(t, render(t, fill(text))) {
				if !known[e.String()] {
					t.Errorf("%s with %q: the text became <%s>", name, text, e)
				}
				for _, attr := range []string{"href", "action", "src", "formaction"} {
					if address := strings.ToLower(strings.Join(strings.Fields(e.attrs[attr]), "")); strings.HasPrefix(address, "javascript:") ||
						strings.HasPrefix(address, "data:") || strings.HasPrefix(address, "vbscript:") {
						t.Errorf("%s with %q: <%s %s=%q> would run", name, text, e.name, attr, e.attrs[attr])
					}
				}
			}
		}
	}
}

// within renders a component around a text as its child.
func within(c templ.Component, s string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, Text(s)), w)
	})
}

// filled sets every plain string of a props value to s, and every list to one element filled likewise.
func filled[T any](s string) T {
	var props T
	fillValue(reflect.ValueOf(&props).Elem(), s)
	return props
}

func fillValue(v reflect.Value, s string) {
	switch {
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(s)
	case v.Type() == reflect.TypeFor[templ.Component]():
		v.Set(reflect.ValueOf(Text(s)))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillValue(v.Index(0), s)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), s)
	case v.Kind() == reflect.Int || v.Kind() == reflect.Int64:
		v.SetInt(1)
	case v.Kind() == reflect.Struct && v.Type().PkgPath() != "time":
		for i := range v.NumField() {
			// An icon is a name we choose, and a row is either cells or a group heading.
			if name := v.Type().Field(i).Name; name == "Icon" && v.Type() != reflect.TypeFor[NavItem]() || name == "Group" {
				continue
			} else if name == "Icon" {
				v.Field(i).SetString("home")
				continue
			}
			fillValue(v.Field(i), s)
		}
	}
}
