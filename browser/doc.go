// Package browser looks at Ratable as people do: the real site on the demo company, in a real Chromium. It has tests only.
//
// It owns no page and no rule. pages_test.go walks every page that a link leads to, as everybody who may sign in;
// keyboard_test.go leaves the mouse alone; story_test.go plays a contract from its entry to the ledger; and
// screenshots_test.go makes the pictures of the README:
//
//	go test ./browser -run Screenshots -args -save ../docs/screenshots
//
// Pages are of the demo's own day whenever the tests run, so that a picture taken later shows the same figures.
package browser
