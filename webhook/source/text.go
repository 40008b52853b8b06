package source

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ragoffire/engine"
)

// line makes a text one line of at most n runes.
func line(s string, n int) string {
	if isLine(s) {
		return cut(s, n)
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	return cut(s, n)
}

// isLine reports whether a text is plain ASCII in one line without blanks to spare,
// as nearly all are.
func isLine(s string) bool {
	blank := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			if blank {
				return false
			}
			blank = true
		case c < ' ' || c >= 0x7f:
			return false
		default:
			blank = false
		}
	}
	return !blank || s == ""
}

// cut shortens a text to n runes, and says so by its last one.
func cut(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// cutBytes shortens a text to n bytes at a rune's boundary.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// prefix is the first n runes: for keys, which must not change their look.
func prefix(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// identity bounds a name that tells things apart: one that is too long is
// replaced by its hash, since a cut one could be another's.
func identity(s string) string {
	if utf8.RuneCountInString(s) <= maxName {
		return s
	}
	return engine.HashFingerprint(s, "", nil)
}

// bound keeps to the caps for labels: the first keys in order, each cut.
func bound(labels map[string]string) map[string]string {
	if len(labels) == 0 {
		return nil
	}
	if within(labels) {
		return labels
	}
	out := make(map[string]string, min(len(labels), maxLabels))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if len(out) == maxLabels {
			break
		}
		out[prefix(k, maxLabelKey)] = prefix(labels[k], maxLabelValue)
	}
	return out
}

// within reports whether labels keep to the caps as they are.
func within(labels map[string]string) bool {
	for k, v := range labels {
		if len(k) > maxLabelKey || len(v) > maxLabelValue {
			return false
		}
	}
	return len(labels) <= maxLabels
}

// addLink adds an address if it is one that a browser may open.
func addLink(links []engine.Link, rel, address string) []engine.Link {
	if address == "" || len(links) == maxLinks || len(address) > maxURL {
		return links
	}
	if !isAddress(address) {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return links
		}
		address = u.String()
	}
	l := engine.Link{Rel: rel, URL: address}
	if slices.Contains(links, l) {
		return links
	}
	if links == nil {
		links = make([]engine.Link, 0, usualLinks)
	}
	return append(links, l)
}

// usualLinks is how many links an alert has, mostly.
const usualLinks = 4

// isAddress reports whether an address is one that url.Parse would give back as
// it is, as nearly all are: it need not be taken apart.
func isAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	host, path, _ := strings.Cut(rest, "/")
	if len(host) == len(rest) {
		return false
	}
	host, port, ok := strings.Cut(host, ":")
	if host == "" || ok && (port == "" || strings.Trim(port, "0123456789") != "") {
		return false
	}
	for i := range len(host) {
		if c := host[i]; !isWord(c) && c != '-' && c != '.' {
			return false
		}
	}
	path, query, _ := strings.Cut(path, "?")
	for i := range len(path) {
		if c := path[i]; !isWord(c) && c != '-' && c != '.' && c != '/' {
			return false
		}
	}
	for i := range len(query) {
		if c := query[i]; !isWord(c) && !strings.ContainsRune("-./=&%+?:,", rune(c)) {
			return false
		}
	}
	return true
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// lowered are texts under their names and, where a name has capitals, under that in
// lower case, too, unless another has it.
func lowered(m map[string]string) map[string]string {
	var names []string
	for k := range m {
		if strings.ToLower(k) != k {
			names = append(names, k)
		}
	}
	if len(names) == 0 {
		return m
	}
	slices.Sort(names)
	out := maps.Clone(m)
	for _, k := range names {
		if low := strings.ToLower(k); out[low] == "" {
			out[low] = m[k]
		}
	}
	return out
}

// any of keys that has a value.
func pick(m map[string]string, keys ...string) string {
	for _, k := range keys {
		if v := strings.TrimSpace(m[k]); v != "" {
			return v
		}
	}
	return ""
}
