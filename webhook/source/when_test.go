package source

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	want := time.Date(2026, 3, 2, 3, 5, 6, 0, time.UTC)
	for _, s := range []string{
		"2026-03-02T03:05:06Z", "2026-03-02T04:05:06+01:00", "2026-03-02T03:05:06.000+0000", "2026-03-02T03:05:06.0000000Z",
		"2026-03-02T03:05:06", "2026-03-02 03:05:06.000", "2026-03-02 05:05:06 +0200", "2026-03-02 05:05:06.0+0200", "2026-03-02 05:05:06+02",
		"2026.03.02 03:05:06", "Mon, 02 Mar 2026 03:05:06 GMT", "Mon, 02 Mar 2026 05:05:06 +0200", "2026-03-02 03:05:06 UTC",
		"2026-03-02 05:05:06 +0200 CEST", "2026-03-02 03:05:06.000000001 +0000 UTC",
		"1772420706", "1772420706.0", "1772420706000", "1772420706000000", "1772420706000000000", " 1772420706 ",
	} {
		if got, ok := parseTime(s); !ok || !got.Truncate(time.Microsecond).Equal(want) {
			t.Errorf("%q = %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"2026-03-02T03:05Z", "2026-03-02T04:05+01:00", "2026-03-02T03:05", "2026-03-02 03:05"} {
		if got, ok := parseTime(s); !ok || !got.Equal(want.Truncate(time.Minute)) {
			t.Errorf("%q = %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "0", "0.0", "0.000", "0001-01-01T00:00:00Z"} {
		if got, ok := parseTime(s); !ok || !got.IsZero() {
			t.Errorf("%q = %v, %v; want no time, and fine", s, got, ok)
		}
	}
	for _, s := range []string{"soon", "2026-13-02T03:05:06Z", "2026-03-02 03:05:06 CET", "Mon, 02 Mar 2026 03:05:06 CET", "-5", "1e300", "NaN"} {
		if got, ok := parseTime(s); ok {
			t.Errorf("%q = %v; want a refusal", s, got)
		}
	}
	if got, ok := parseTime("1700000000123456789"); !ok || got.Nanosecond() != 123456789 {
		t.Errorf("nanoseconds = %v, %v", got, ok)
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{
		"2026-03-02T03:05:06Z", "2026-03-02T03:05:06.000+0000", "2026-03-02 05:05:06 +0200", "2026-03-02 03:05:06 UTC", "1772420706000000000",
		"1772420706.5", "1772420706000.25", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "99999999999999", "1e14", "-0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseTime(s)
		if !ok {
			return
		}
		if at.Location() != time.UTC || at.Year() < 1 || at.Year() > 9999 {
			t.Errorf("%q is %v", s, at)
		}
		if _, err := at.MarshalJSON(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}
