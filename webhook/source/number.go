package source

import (
	"math"
	"strconv"
	"strings"
)

// absurd is the size at which a number is no measurement any more.
const absurd = 1e15

// parseNumber reads a decimal number with an optional percent sign. Rules
// render NaN and infinities where a series is missing; those are no numbers.
func parseNumber(s string) *float64 {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	if strings.ContainsAny(s, "xX_pP") { // hexadecimal to strconv, a mistake here
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > absurd {
		return nil
	}
	return &n
}

// isNaN reports whether a text is what is rendered where a series is missing.
func isNaN(s string) bool {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil && (math.IsNaN(n) || math.IsInf(n, 0))
}

// increase is by how many percent a value is above its baseline. Without a
// baseline, or with one of zero, there is no such figure.
func increase(value, baseline *float64) *float64 {
	if value == nil || baseline == nil || *baseline == 0 {
		return nil
	}
	p := (*value - *baseline) / math.Abs(*baseline) * 100
	if math.IsNaN(p) || math.Abs(p) > absurd {
		return nil
	}
	p = math.Round(p*100) / 100
	return &p
}
