package bot

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine"
)

// number shows a measured value with as many digits as help: 0.034, 12.5, 1 450.
func number(x float64) string {
	switch a := math.Abs(x); {
	case a >= 1e15 || math.IsNaN(x):
		return strconv.FormatFloat(x, 'g', 4, 64)
	case a >= 10000:
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	case a >= 100:
		return trim(strconv.FormatFloat(x, 'f', 1, 64))
	case a >= 1 || a == 0:
		return trim(strconv.FormatFloat(x, 'f', 2, 64))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func trim(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// thousands sets the digits in groups of three, apart by a no-break space.
func thousands(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u00a0" + s[i:]
	}
	return sign + s
}

// change shows a spike: +450%.
func change(spike float64) string {
	if spike >= 0 {
		return "+" + number(spike) + "%"
	}
	return number(spike) + "%"
}

// percent shows a share. What is not quite certain is not shown as 100%.
func percent(share float64) string {
	p := math.Round(share * 100)
	if p == 100 && share < 1 {
		p = 99
	}
	return strconv.Itoa(int(min(max(p, 0), 100))) + "%"
}

// latency shows milliseconds.
func latency(ms float64) string {
	switch {
	case ms < 1:
		return "under 1 ms"
	case ms < 1000:
		return strconv.Itoa(int(math.Round(ms))) + " ms"
	}
	return trim(strconv.FormatFloat(ms/1000, 'f', 1, 64)) + " s"
}

// clock is a time of day in the reader's own time zone; what cannot show that
// shows UTC. The token is ours through and through: nothing from outside is in it.
func clock(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{time}|%s UTC>", t.Unix(), t.UTC().Format("15:04"))
}

// day is clock with the date.
func day(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s UTC>", t.Unix(), t.UTC().Format("2006-01-02 15:04"))
}

// count shows a number of things: 1 alert, 3 alerts.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// span is a length of time as people say it.
func span(from, to time.Time) string { return engine.Span(max(to.Sub(from), 0)) }

// join puts the parts that are not empty in one line.
func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

func itoa(n int) string { return strconv.Itoa(n) }
