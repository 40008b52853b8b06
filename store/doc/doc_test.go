package doc

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"ragoffire/engine"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":        "plain",
		"a\x00b":       "a\uFFFDb",
		"a\xff\xfeb":   "a\uFFFD\uFFFDb",
		"\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD", // a surrogate is no text
		"\uFFFD":       "\uFFFD",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// What a column holds of a text is what its document holds of it.
func TestTextAgreesWithEncode(t *testing.T) {
	if err := quick.Check(func(s string, raw []byte) bool {
		for _, in := range []string{s, string(raw), `\u0000` + s, s + "\x00" + string(raw) + `\\u0000`} {
			b, err := Encode(map[string]string{"k": in})
			var out map[string]string
			if err != nil || json.Unmarshal(b, &out) != nil || out["k"] != Text(in) || !utf8.ValidString(out["k"]) {
				return false
			}
			if strings.ContainsRune(out["k"], 0) {
				return false
			}
		}
		return true
	}, &quick.Config{MaxCount: 3000}); err != nil {
		t.Error(err)
	}
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "null",
		`{"a":"\u0000"}`:           `{"a":"\ufffd"}`,
		`{"a":"\\u0000"}`:          `{"a":"\\u0000"}`,
		`{"a":"\\\u0000\u00000"}`:  `{"a":"\\\ufffd\ufffd0"}`,
		"{\"a\":\"\xff\"}":         "{\"a\":\"\uFFFD\"}",
		`{"a":"\ud800 \u00e9 \""}`: `{"a":"\ud800 \u00e9 \""}`,
	} {
		if got := string(JSON([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	long := strings.Repeat("ü", 300)
	for _, s := range []string{"", "short", strings.Repeat("x", keySize)} {
		if Key(s) != s {
			t.Errorf("%q was changed", s)
		}
	}
	for _, s := range []string{long, "x" + long, "xx" + long, "xxx" + long} {
		k := Key(s)
		if len(k) > keySize || !utf8.ValidString(k) || k == Key(s+"y") || k != Key(s) {
			t.Errorf("%d bytes became %d: %q", len(s), len(k), k)
		}
	}
}

func TestCursor(t *testing.T) {
	for _, c := range []Cursor{
		{ID: "a"}, {At: time.Unix(0, 123456000).UTC(), ID: "a b c"}, {At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: "\uFFFD"},
	} {
		got, err := ParseCursor(c.String())
		if err != nil || !got.At.Equal(c.At) || got.ID != c.ID {
			t.Errorf("%v became %v, %v", c, got, err)
		}
	}
	for _, s := range []string{"x", "!", "YQ", Cursor{}.String(), Cursor{ID: "a\x00"}.String()} {
		if _, err := ParseCursor(s); engine.KindOf(err) != engine.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestBucket(t *testing.T) {
	p := engine.Pace{Burst: 2, Every: time.Second}
	const s = 1_000_000
	for _, c := range []struct {
		b    Bucket
		full int64
		wait time.Duration
	}{
		{Bucket{Now: 10 * s}, 11 * s, 0},
		{Bucket{Now: 10 * s, FullAt: 11 * s}, 12 * s, 0},
		{Bucket{Now: 10 * s, FullAt: 12 * s}, 0, time.Second},
		{Bucket{Now: 10 * s, FullAt: 99 * s}, 0, time.Second}, // left by a clock ahead
		{Bucket{Now: 10*s + 1, FullAt: 12 * s}, 0, time.Second - time.Microsecond},
		{Bucket{Now: 10 * s, Held: 15 * s}, 0, 5 * time.Second},
		{Bucket{Now: 10 * s, Held: 10 * s}, 11 * s, 0},
	} {
		full, wait := c.b.Take(p)
		if wait != c.wait || wait == 0 && full != c.full {
			t.Errorf("%+v: got %d, %s", c.b, full, wait)
		}
	}
	// A pace of nothing bounds nothing.
	if _, wait := (Bucket{Now: 10 * s, FullAt: 10 * s}).Take(engine.Pace{}); wait != 0 {
		t.Errorf("without a pace: %s", wait)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":"\u0000\\u0000"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := JSON(b)
		if !utf8.Valid(out) || bytes.IndexByte(out, 0) >= 0 && bytes.IndexByte(b, 0) < 0 {
			t.Errorf("%q became %q", b, out)
		}
		if json.Valid(b) && !json.Valid(out) {
			t.Errorf("%q is no JSON any more: %q", b, out)
		}
	})
}
