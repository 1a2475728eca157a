package mail

import (
	"errors"
	"testing"

	"ratable/internal/fault"
)

func TestAPublicAddressIsAHostThatLinksCanBeginWith(t *testing.T) {
	for given, want := range map[string]string{
		"https://billing.example.com": "https://billing.example.com/my/spending", "https://billing.example.com/": "https://billing.example.com/my/spending",
		"http://10.0.0.7:8080": "http://10.0.0.7:8080/my/spending", "": "",
	} {
		s, err := ParseSite(given)
		if got := s.Link("/my/spending"); err != nil || got != want {
			t.Errorf("%q links to %q (%v), want %q", given, got, err, want)
		}
	}
	for _, given := range []string{"billing.example.com", "ftp://example.com", "https://", "https://me:secret@example.com", "https://example.com/app", "https://example.com?x=1", "https://example.com#a", "javascript:alert(1)", "https://ex ample.com"} {
		if s, err := ParseSite(given); !errors.Is(err, fault.Invalid) || fault.Fields(err)[0].Path != "RATABLE_URL" {
			t.Errorf("%q is taken as %q (%v)", given, s, err)
		}
	}
}
