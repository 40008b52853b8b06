package source

import (
	"strconv"
	"strings"
	"time"
)

// layouts lists what senders call a time. RFC 3339 with any fraction is the
// first; the others were each seen in some system's deliveries.
func layouts() []string {
	return []string{
		time.RFC3339Nano,
		"2006-01-02T15:04:05.999999999Z0700", // CloudWatch, PagerDuty: no colon in the offset
		"2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999Z0700",
		"2006-01-02 15:04:05.999999999Z07", // PostgreSQL
		"2006-01-02 15:04:05 -0700",        // GitLab
		"2006-01-02 15:04:05 -0700 MST",    // Go's own, in templates
		"2006-01-02 15:04:05 MST",          // GitLab pipelines; only UTC is accepted below
		"2006-01-02T15:04Z07:00",           // Java's, where the seconds are none
		"2006-01-02T15:04:05.999999999",
		"2006-01-02T15:04",
		"2006-01-02 15:04",
		"2006-01-02 15:04:05.999999999", // Uptime Kuma: UTC
		"2006.01.02 15:04:05",           // Zabbix
		time.RFC1123,                    // only GMT is accepted below
		time.RFC1123Z,
	}
}

// parseTime reads a time, in UTC. Empty, zero (also 0.0) and year 1 mean that there is
// none and are fine; ok is false for what is no time at all.
func parseTime(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, true
	}
	if len(s) > 4 && s[4] == '-' { // what nearly all send
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			if t.Year() <= 1 {
				return time.Time{}, true
			}
			return t.UTC(), storable(t)
		}
	}
	if t, ok := parseEpoch(s); ok {
		return t, true
	}
	for _, layout := range layouts() {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if strings.HasSuffix(layout, "05 MST") && !strings.HasSuffix(s, " UTC") && !strings.HasSuffix(s, " GMT") {
			return time.Time{}, false // an abbreviation names no offset
		}
		if t.Year() <= 1 {
			return time.Time{}, true
		}
		return t.UTC(), storable(t)
	}
	return time.Time{}, false
}

// parseEpoch reads seconds, milliseconds, microseconds or nanoseconds since
// 1970, told apart by size. Seconds may have a fraction.
func parseEpoch(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n < 0:
			return time.Time{}, false
		case n == 0:
			return time.Time{}, true
		case n < 1e11:
			return time.Unix(n, 0).UTC(), true
		case n < 1e14:
			return time.UnixMilli(n).UTC(), true
		case n < 1e17:
			return time.UnixMicro(n).UTC(), true
		}
		return time.Unix(0, n).UTC(), true
	}
	f := parseNumber(s)
	switch {
	case f == nil || *f < 0:
		return time.Time{}, false
	case *f == 0:
		return time.Time{}, true
	}
	if *f >= 1e11 { // milliseconds as a float
		return time.UnixMicro(int64(*f * 1e3)).UTC(), *f < 1e14
	}
	return time.UnixMicro(int64(*f * 1e6)).UTC(), true
}

// storable keeps to the years that JSON can write.
func storable(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }
