package webhook

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ragoffire/engine"
)

// funcs are what the templates say things with.
func (p *pages) funcs(linkHosts []string) template.FuncMap {
	return template.FuncMap{
		"t":        plainText,
		"page":     pageOf,
		"mark":     marked,
		"asset":    func(name string) string { return "/assets/" + name + "?v=" + p.assets[name].etag },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"utc":      func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"clock":    p.clock,
		"utcshort": func(t time.Time) string { return t.UTC().Format("15:04 UTC") },
		"num":      number,
		"amount":   func(f float64) string { return number(&f) },
		"change":   change,
		"brief":    brief,
		"percent":  func(f float64) string { return strconv.Itoa(int(f*100+.5)) + "%" },
		"hundred":  func(f float64) int { return int(f*100 + .5) },
		"words":    engine.Words,
		"join":     strings.Join,
		"link":     func(l engine.Link) *url.URL { return allowed(l, linkHosts) },
		"allow":    func(u string) *url.URL { return allowed(engine.Link{URL: u}, linkHosts) },
		"list":     func(v ...any) []any { return v },
		"defang":   defang,
		"upper":    upperFirst,
		"until":    until,
		"plural":   plural,
		"span":     func(seconds float64) string { return engine.Span(time.Duration(seconds * float64(time.Second))) },
	}
}

// plainText takes out of a text from outside what would do something to the
// page it stands in: control characters, and those that turn its direction or
// take no room.
func plainText(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case engine.Result:
		s = string(v)
	case *string:
		if v != nil {
			s = *v
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r) && r != '\u00ad' && r != '\u200d':
			return -1
		}
		return r
	}, s)
}

// pageOf is where an incident, by its id, or evidence is read, "" where that has
// no page. A witness is named by its incident where it has one.
func pageOf(e any) string {
	var ev engine.Evidence
	switch e := e.(type) {
	case string:
		return linkTo(engine.KindIncident, e)
	case engine.Evidence:
		ev = e
	case *engine.Evidence:
		ev = *e
	}
	switch {
	case ev.Kind == engine.KindRunbook, ev.Kind == engine.KindIncident:
		return linkTo(ev.Kind, ev.ID)
	case strings.HasPrefix(ev.ID, "INC-"):
		return linkTo(engine.KindIncident, ev.ID)
	case strings.HasPrefix(ev.ID, "dec_"):
		return linkTo(engine.KindDecision, ev.ID)
	}
	return ""
}

// clock is a time for those without script: UTC, with the day where it is not
// today's.
func (p *pages) clock(t time.Time) string {
	t, now := t.UTC(), p.now().UTC()
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04 UTC")
	case t.Year() == now.Year():
		return t.Format("Jan 2, 15:04 UTC")
	}
	return t.Format("2006-01-02")
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// change is a spike with its sign, as people say it.
func change(f *float64) string {
	if f == nil {
		return ""
	}
	s := engine.Percent(*f)
	if *f > 0 {
		s = "+" + s
	}
	return s
}

// until is the time between two points, such as an incident's.
func until(from time.Time, to *time.Time) string {
	if to == nil || !to.After(from) { // what came without times has no span
		return ""
	}
	return engine.Span(to.Sub(from))
}

// allowed returns an alert's address where its host may be linked to, else nil.
func allowed(l engine.Link, hosts []string) *url.URL {
	u, err := url.Parse(l.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || !slices.Contains(hosts, u.Hostname()) {
		return nil
	}
	return u
}

// defang writes an address so that nothing takes it for one.
func defang(address string) string {
	rest, ok := strings.CutPrefix(plainText(address), "http")
	if !ok {
		return plainText(address)
	}
	scheme, rest, _ := strings.Cut(rest, "://")
	host, path, _ := strings.Cut(rest, "/")
	return "hxxp" + scheme + "://" + strings.ReplaceAll(host, ".", "[.]") + "/" + path
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
