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
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	return cut(s, n)
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
	out := make(map[string]string, min(len(labels), maxLabels))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if len(out) == maxLabels {
			break
		}
		out[prefix(k, maxLabelKey)] = prefix(labels[k], maxLabelValue)
	}
	return out
}

// addLink adds an address if it is one that a browser may open.
func addLink(links []engine.Link, rel, address string) []engine.Link {
	if len(links) == maxLinks || len(address) > maxURL {
		return links
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return links
	}
	l := engine.Link{Rel: rel, URL: u.String()}
	if slices.Contains(links, l) {
		return links
	}
	return append(links, l)
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
