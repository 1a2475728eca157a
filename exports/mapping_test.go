package exports

import (
	"testing"

	"pgregory.net/rapid"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/ledger"
)

func directoryOf(all ...entities.Entity) *entities.Directory { return entities.NewDirectory(all) }

func rule(code string, priority int, on, gl string, change ...func(*Rule)) Rule {
	r := Rule{Code: code, Priority: priority, StartsOn: day(on), When: When{Account: ledger.Revenue}, GL: GL{Code: gl, Name: "Account " + gl, Type: ledger.Income}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func TestOfTheRulesThatAreMetTheLowestPriorityCountsThenTheOneThatAsksForMore(t *testing.T) {
	m := NewMapping(1, []Rule{
		rule("all", 100, "2026-01-01", "4000"),
		rule("germany", 50, "2026-01-01", "4010", func(r *Rule) { r.When.Country = "DE" }),
		rule("new york", 50, "2026-01-01", "4020", func(r *Rule) { r.When.Country, r.When.Region = "US", "NY" }),
		rule("america", 50, "2026-01-01", "4030", func(r *Rule) { r.When.Country = "US" }),
		rule("one contract", 1, "2026-01-01", "4099", func(r *Rule) { r.When.Contract = "C-9" }),
		rule("seats", 40, "2026-03-01", "4040", func(r *Rule) { r.When.Product = "platform" }),
		rule("seats", 40, "2026-05-01", "4041", func(r *Rule) { r.When.Product = "platform" }),
		rule("seats", 40, "2026-07-01", "4041", func(r *Rule) { r.Retired = true }),
		rule("xero", 10, "2026-01-01", "200", func(r *Rule) { r.When.Target = Xero }),
	})
	for _, c := range []struct {
		what, on, want string
		facts          When
	}{
		{"elsewhere", "2026-02-01", "4000", When{Country: "FR"}},
		{"in Germany", "2026-02-01", "4010", When{Country: "DE"}},
		{"in New York", "2026-02-01", "4020", When{Country: "US", Region: "NY"}},
		{"in Ohio", "2026-02-01", "4030", When{Country: "US", Region: "OH"}},
		{"the contract goes before the country", "2026-02-01", "4099", When{Country: "DE", Contract: "C-9"}},
		{"the product before it has a rule", "2026-02-28", "4010", When{Country: "DE", Product: "platform"}},
		{"from its first day", "2026-03-01", "4040", When{Country: "DE", Product: "platform"}},
		{"revised", "2026-05-01", "4041", When{Country: "DE", Product: "platform"}},
		{"retired", "2026-07-01", "4010", When{Country: "DE", Product: "platform"}},
		{"for a target", "2026-02-01", "200", When{Country: "DE", Target: Xero}},
		{"before everything", "2025-12-31", "", When{Country: "DE"}},
	} {
		c.facts.Account = ledger.Revenue
		if r, _ := m.Of(c.facts, day(c.on)); r.GL.Code != c.want {
			t.Errorf("%s: revenue goes to %q, want %q", c.what, r.GL.Code, c.want)
		}
	}
}

func TestAnApprovedRevisionNeverMovesWhatWasBookedBeforeItsFirstDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Rule {
			return rule(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, label), rapid.IntRange(1, 3).Draw(t, "priority"), "2026-01-01", rapid.StringMatching("4[0-9]{3}").Draw(t, "gl"),
				func(r *Rule) {
					r.StartsOn = r.StartsOn.AddDays(rapid.IntRange(0, 90).Draw(t, "day"))
					r.Retired = rapid.Bool().Draw(t, "retired")
				})
		}
		var standing []Rule
		for range rapid.IntRange(0, 6).Draw(t, "rules") {
			standing = append(standing, draw("standing"))
		}
		more := draw("more")
		before := NewMapping(1, standing)
		after := before.With([]Rule{more})
		for n := range 120 {
			on := day("2025-12-20").AddDays(n)
			facts := When{Account: ledger.Revenue}
			if was, is := before.gl(facts, on), after.gl(facts, on); was != is && on.Before(more.StartsOn) {
				t.Fatalf("a rule from %s on moves %s from %q to %q", more.StartsOn, on, was.Code, is.Code)
			}
		}
	})
}

func TestTheDefaultMapsEveryAccountForEveryTarget(t *testing.T) {
	m := NewMapping(1, Default(day("2026-01-01")))
	for _, info := range ledger.Chart {
		for _, spec := range Specs {
			r, ok := m.Of(When{Account: info.Account, Target: spec.Target}, day("2026-01-01"))
			if !ok || r.GL.Type != info.Type {
				t.Errorf("%s for %s goes to %+v", info.Code, spec.Target, r.GL)
			}
			for _, refused := range spec.Refuses {
				if r.GL.Control == refused {
					t.Errorf("%s refuses %s, where %s goes", spec.Name, refused, info.Code)
				}
			}
		}
	}
	if found := m.conflicts(); len(found) > 0 {
		t.Error(found)
	}
}

func TestARuleIsRefusedByTheFieldThatIsWrong(t *testing.T) {
	d := small(CSV).Entities
	for _, c := range []struct {
		path   string
		change func(*Rule)
	}{
		{"code", func(r *Rule) { r.Code = "" }},
		{"gl_code", func(r *Rule) { r.GL.Code = "" }},
		{"gl_name", func(r *Rule) { r.GL.Name = "two\nlines" }},
		{"gl_type", func(r *Rule) { r.GL.Type = "wealth" }},
		{"gl_control", func(r *Rule) { r.GL.Control = "stock" }},
		{"priority", func(r *Rule) { r.Priority = 0 }},
		{"starts_on", func(r *Rule) { r.StartsOn = (Rule{}).StartsOn }},
		{"account", func(r *Rule) { r.When.Account = 9999 }},
		{"target", func(r *Rule) { r.When.Target = "sage" }},
		{"entity", func(r *Rule) { r.When.Entity = "nowhere" }},
		{"currency", func(r *Rule) { r.When.Currency = "XX1" }},
		{"country", func(r *Rule) { r.When.Country = "XX" }},
		{"region", func(r *Rule) { r.When.Region = "NY" }},
		{"region", func(r *Rule) { r.When.Country, r.When.Region = "US", "ZZ" }},
	} {
		r := rule("all", 1, "2026-01-01", "4000")
		if found := r.validate("rules[0].", d); len(found) > 0 {
			t.Fatalf("a good rule is refused: %v", found)
		}
		c.change(&r)
		found := r.validate("rules[0].", d)
		if len(found) != 1 || found[0].Path != "rules[0]."+c.path {
			t.Errorf("wrong %s: found %v", c.path, fault.InvalidFields(found...))
		}
	}
}
