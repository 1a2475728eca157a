package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"ratable/internal/fault"
)

// Guard says which addresses an endpoint may have. Whoever enters an endpoint makes this machine send requests, so by default it may
// reach the public Internet only, over https: not itself, not its neighbors, not the metadata service of a cloud.
type Guard struct {
	allowed []netip.Prefix // further networks, over http too
}

// ParseGuard reads the networks that are allowed beside the public ones: "10.20.0.0/16, 127.0.0.1".
func ParseGuard(networks string) (Guard, error) {
	var g Guard
	for _, word := range strings.FieldsFunc(networks, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(word)
		if ip, alone := netip.ParseAddr(word); err != nil && alone == nil {
			p, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return Guard{}, fault.InvalidFields(fault.Field{Path: "webhook-networks", Value: fault.Shown(word), Message: "is no network; write such as 10.20.0.0/16 or 127.0.0.1, with commas between"})
		}
		g.allowed = append(g.allowed, p.Masked())
	}
	return g, nil
}

// special are addresses of the public ranges that lead elsewhere than to the public Internet (IANA special-purpose registries, RFC 6890),
// and those that carry an IPv4 address inside, by which a guard of IPv4 is walked around.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// global is where public IPv6 addresses are; what is outside of it is loopback, local, mapped, translated or multicast.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// mayReach refuses an address. It is asked for the address that is connected to, after names were resolved: a name that means another
// machine the second time it is asked (DNS rebinding) gains nothing.
func (g Guard) mayReach(ip netip.Addr, secure bool) error {
	ip = ip.Unmap().WithZone("")
	if within(g.allowed, ip) {
		return nil
	}
	switch {
	case !ip.IsValid(), within(special, ip), ip.Is6() && !global.Contains(ip):
		return fmt.Errorf("%s is no public address: an administrator of this installation may allow its network (RATABLE_WEBHOOK_NETWORKS)", ip)
	case !secure:
		return fmt.Errorf("%s is on the public Internet, where only https is spoken", ip)
	}
	return nil
}

func within(all []netip.Prefix, ip netip.Addr) bool {
	for _, p := range all {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// control is called by the dialer with each address it is about to connect to.
func (g Guard) control(secure bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("connect to %s: %w", address, err)
		}
		return g.mayReach(at.Addr(), secure)
	}
}

// checkURL refuses what can be seen to be wrong before anything is sent.
func (g Guard) checkURL(text string) []fault.Field {
	wrong := func(message string) []fault.Field {
		return []fault.Field{{Path: "url", Value: fault.Shown(text), Message: message}}
	}
	if text == "" {
		return []fault.Field{{Path: "url", Message: "is missing: say where events are sent, such as https://example.com/hooks"}}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Hostname() == "", u.Scheme != "https" && u.Scheme != "http":
		return wrong("is no web address; write it in full, such as https://example.com/hooks")
	case len(text) > 2000:
		return wrong("is longer than 2000 letters")
	case u.User != nil:
		return wrong("holds a password: receivers check the signature instead")
	case u.Fragment != "":
		return wrong("has a part behind #, which is never sent")
	case u.Scheme == "http" && len(g.allowed) == 0:
		return wrong("must begin with https://")
	}
	if ip, err := netip.ParseAddr(strings.Trim(u.Hostname(), "[]")); err == nil {
		if err := g.mayReach(ip, u.Scheme == "https"); err != nil {
			return wrong(err.Error())
		}
	}
	if name := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")); name == "localhost" || strings.HasSuffix(name, ".localhost") {
		if err := g.mayReach(netip.AddrFrom4([4]byte{127, 0, 0, 1}), u.Scheme == "https"); err != nil {
			return wrong("is this machine itself: " + err.Error())
		}
	}
	return nil
}
