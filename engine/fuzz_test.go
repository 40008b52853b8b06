package engine_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

// FuzzParseMatcher tries what people type after silence: a matcher is one that
// names something, and reads the same as it is written.
func FuzzParseMatcher(f *testing.F) {
	for _, s := range []string{"service=checkout", `service=~"pay.*"`, "a=~.*", "a=", "=b", "a=~(", "a!=b", "a==b", "x=~(a+)+$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		m, ok, err := engine.ParseMatcher(word)
		switch {
		case err != nil:
			if !ok || engine.KindOf(err) != engine.Invalid {
				t.Errorf("%q: %v, %v", word, ok, err)
			}
		case ok:
			if m.Name == "" || m.Value == "" {
				t.Errorf("%q is %+v", word, m)
			}
			if again, ok, err := engine.ParseMatcher(m.String()); !ok || err != nil || again != m {
				t.Errorf("%q is %+v, and read again %+v, %v, %v", word, m, again, ok, err)
			}
		}
	})
}

// FuzzParseFind tries what people look for: what is understood is a value that there
// is, and what is not is a hint.
func FuzzParseFind(f *testing.F) {
	for _, s := range []string{"sev:crit svc:checkout status:open disk full", "severity=high type=oom", "status:live", "is:x", "sev: a:b:c =", "STATUS:ACK"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, q string) {
		got, err := engine.ParseFind(q)
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("%q: %v is no hint", q, err)
		}
		if got.Severity != "" && engine.ParseSeverity(string(got.Severity)) != got.Severity {
			t.Errorf("%q: severity %q", q, got.Severity)
		}
		if len(strings.Fields(got.Query)) > len(strings.Fields(q)) {
			t.Errorf("%q: words %q", q, got.Query)
		}
	})
}

// FuzzParseDeclaration tries what people type after declare.
func FuzzParseDeclaration(f *testing.F) {
	for _, s := range []string{"checkout is down severity=critical service=checkout", `title="a b" sev=5 spike=4%`, "error_type=x", "spike=1e999", `a="`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := engine.ParseDeclaration(text)
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("%q: %v is no hint", text, err)
		}
		if err == nil && d.Title == "" {
			t.Errorf("%q has no title", text)
		}
	})
}

// FuzzParseTime tries times as people write them into records.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{
		"2026-11-23T03:00:00.5+01:00", "2026-11-23", "2026-11-23 03:00", "1763863200", "1763863200500", "Mon, 23 Nov 2026 03:00:00 GMT",
		"2026-11-23 03:00 CET", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "253402300799999", "2 Jan 2026",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := engine.ParseTime(s)
		if !ok {
			return
		}
		if year := at.UTC().Year(); year < 1 || year > 9999 {
			t.Errorf("%q is in the year %d", s, year)
		}
		if _, err := at.MarshalJSON(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if strings.TrimSpace(s) == "" {
			t.Errorf("nothing is %v", at)
		}
	})
}
