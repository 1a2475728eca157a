package mail

import (
	"net/url"
	"strings"

	"ratable/internal/fault"
)

// Site is the address people reach the web app at, such as https://billing.example.com, for links in messages. The program cannot
// find it out by itself: it may listen behind a proxy under another name. Empty: nobody said; messages name pages instead.
type Site string

// ParseSite refuses what no link can begin with.
func ParseSite(text string) (Site, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	problem := ""
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		problem = "is not an address such as https://billing.example.com"
	case u.User != nil:
		problem = "holds a user name or password: it is sent to everybody who gets a message"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.TrimRight(u.Path, "/") != "":
		problem = "must end with the host, such as https://billing.example.com: pages stand at its root"
	}
	if problem != "" {
		return "", fault.InvalidFields(fault.Field{Path: "RATABLE_URL", Value: fault.Shown(text), Message: problem})
	}
	return Site(u.Scheme + "://" + u.Host), nil
}

// Link is the address of a page, given by its path from the root; empty when nobody said where the app is.
func (s Site) Link(path string) string {
	if s == "" {
		return ""
	}
	return string(s) + path
}
