package bot

import (
	"net/url"
	"regexp"
	"strings"
)

// hosts are the host names that a link may lead to: the config's link_hosts.
type hosts []string

// address is a URL as it stands in text.
var address = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]{1,20})(:(?://|\\\\)[^\s"'<>|]*)|\bwww\.[^\s"'<>|]+`)

// defang takes addresses apart so that no client makes them clickable:
// hxxps://evil[.]example/x reads well and leads nowhere. Those of the config's
// hosts stay whole.
func (h hosts) defang(s string) string {
	if !strings.ContainsAny(s, ":.") {
		return s
	}
	return address.ReplaceAllStringFunc(s, func(m string) string {
		if h.allow(m) != nil {
			return m
		}
		scheme, rest, _ := strings.Cut(m, ":")
		host, path := m, ""
		if rest != "" {
			rest = strings.TrimLeft(rest, `/\`)
			host = rest
			switch scheme = strings.ToLower(scheme); scheme {
			case "http", "https":
				scheme = "hxxp" + scheme[4:] + "://"
			default:
				scheme += "[:]//"
			}
		} else {
			scheme = ""
		}
		if i := strings.IndexAny(host, "/?#"); i >= 0 {
			host, path = host[:i], host[i:]
		}
		if nested := address.FindStringIndex(rest); nested != nil && nested[0] < len(host) {
			host, path = rest[:nested[0]], rest[nested[0]:] // https://https://evil.example
		}
		return scheme + strings.ReplaceAll(host, ".", "[.]") + h.defang(path)
	})
}

// allow returns the address if it leads to one of the hosts, else nil.
func (h hosts) allow(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	for _, host := range h {
		if strings.EqualFold(u.Hostname(), host) || strings.EqualFold(u.Host, host) {
			return u
		}
	}
	return nil
}

// link is a label that leads to an address, where the address is allowed, and
// "" elsewhere.
func (h hosts) link(raw, label string) string {
	u := h.allow(raw)
	if u == nil {
		return ""
	}
	return h.lead(u, label)
}

// trusted is link for the operator's own addresses, which may lead anywhere.
func (h hosts) trusted(raw, label string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return h.lead(u, label)
}

func (h hosts) lead(u *url.URL, label string) string {
	// String has escaped what would end the link early, except for &.
	to := strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C").Replace(u.String())
	if len(to) > 2000 || strings.ContainsFunc(to, invisible) {
		return ""
	}
	return "<" + to + "|" + strings.ReplaceAll(h.esc(label, 60), "|", "/") + ">"
}
