package browser

import (
	"net/http"
	"testing"
)

// TestAFormThatComesBackWithMistakesKeepsNobodyOut sends forms as they should not be sent: what is said about them must
// be there for everybody, too.
func TestAFormThatComesBackWithMistakesKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	w.expects(http.StatusUnprocessableEntity)
	for _, form := range []struct {
		who, page, button string
		typed             map[string]string // label -> value
	}{
		{"sales", "/contracts/new", "Submit for approval", nil},
		{"sales", "/contracts/document", "Preview", map[string]string{"Contract document": "contract: [\n"}},
		{"finance", "/payments/new", "Record it", map[string]string{"Amount": "a lot"}},
		{"admin", "/users", "Add the user", nil},
	} {
		w.signIn(person(t, form.who))
		w.open(form.page)
		for label, value := range form.typed {
			w.fill(label, value)
		}
		w.press(form.button)
		w.settle()
		eval[bool](w, axe+";true")
		findings := w.violations("", "document", everything)
		w.media("dark", "")
		findings = append(findings, w.violations("dark: ", "document", contrast)...)
		w.media("light", "")
		for _, f := range findings {
			t.Errorf("%s sent back with mistakes: %s", form.page, f)
		}
		if eval[int](w, `document.querySelectorAll("main [aria-invalid=true], main [role=alert]").length`) == 0 {
			t.Errorf("%s does not say what is wrong:\n%s", form.page, w.text())
		}
	}
}
