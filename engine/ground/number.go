package ground

import (
	"regexp"
	"strconv"
	"strings"
)

// figure is a number as people write one, with what is attached to it.
var figure = regexp.MustCompile(`^([+−-]?)#?(\d{1,3}(?:[,\x{00a0}\x{202f}']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(%|‰|[a-zA-Zµμ°]{0,9}(?:/[a-z]{1,6})?)$`)

// readNumber reads a number with its unit from the front of the tokens and
// returns how many they were; 0 where there is none.
func (f *facts) readNumber(tokens []token) int {
	if n := f.readSpelt(tokens); n > 0 {
		return n
	}
	m := figure.FindStringSubmatch(tokens[0].text)
	if m == nil {
		return 0
	}
	value, unit, used := normal(m[2]), m[3], 1
	if unit != "" && unitOf(unit) == "" {
		return 0 // 5xx, 7f9c: a name
	}
	if m[1] == "-" || m[1] == "−" {
		value = "-" + value
	}
	if unit == "" && !tokens[0].end && len(tokens) > 1 && unitOf(tokens[1].text) != "" {
		unit, used = tokens[1].text, 2
	}
	f.numbers[value+unitOf(unit)] = true
	return used
}

// normal is a number without what is a matter of taste: 1,000 and 1 000 are
// 1000, 1.90 is 1.9, 007 is 7.
func normal(s string) string {
	if thousands.MatchString(s) {
		s = strings.NewReplacer(",", "", "\u00a0", "", "\u202f", "", "'", "").Replace(s)
	}
	s = strings.Replace(s, ",", ".", 1)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s = strings.TrimLeft(s, "0"); s == "" || s[0] == '.' {
		s = "0" + s
	}
	return s
}

var thousands = regexp.MustCompile(`^\d{1,3}(?:[,\x{00a0}\x{202f}']\d{3})+(?:\.\d+)?$`)

// readSpelt reads a number in words: two hundred, twenty-five, a dozen. "one" is
// a number only before a unit or another number.
func (f *facts) readSpelt(tokens []token) int {
	total, part, used := 0, 0, 0
	for used < len(tokens) {
		w := strings.ToLower(tokens[used].text)
		v, ok := numerals[w]
		if !ok && w == "and" && used > 0 && used+1 < len(tokens) && !tokens[used-1].end {
			if _, next := numerals[strings.ToLower(tokens[used+1].text)]; next {
				used++
				continue
			}
		}
		if !ok {
			break
		}
		switch {
		case v >= 1000:
			total, part = total+max(part, 1)*v, 0
		case v == 100:
			part = max(part, 1) * v
		default:
			part += v
		}
		used++
		if tokens[used-1].end {
			break
		}
	}
	if used == 0 {
		return 0
	}
	unit := ""
	if !tokens[used-1].end && used < len(tokens) {
		unit = unitOf(tokens[used].text)
	}
	if used == 1 && unit == "" && strings.EqualFold(tokens[0].text, "one") {
		return 0
	}
	if unit != "" {
		used++
	}
	f.numbers[strconv.Itoa(total+part)+unit] = true
	return used
}

// spelt reports whether a word is part of a number in words.
func spelt(w string) bool {
	_, ok := numerals[strings.ToLower(w)]
	return ok
}
