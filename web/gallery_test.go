package web_test

import (
	"testing"

	"ratable/web/webtest"
)

func TestTheComponentsStandOnOnePageInBothThemes(t *testing.T) {
	reader := webtest.New(t).Anonymous()
	for _, address := range []string{"/ui", "/ui?theme=light", "/ui?theme=dark", "/ui?theme=%22%3E%3Cscript%3E"} {
		reader.Get(address).Want(200, "Contract 2041").Lacks(`"><script>`).Check()
	}
}
