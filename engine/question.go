package engine

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// asked are the words a question's keys go by, those of a log's line among them.
var asked = map[string]string{
	"error_type": "error_type", "error": "error_type", "type": "error_type",
	"spike": "spike", "spike_percentage": "spike",
	"service": "service", "svc": "service",
	"environment": "environment", "env": "environment",
	"description": "description", "text": "description", "msg": "description", "message": "description", "summary": "description",
}

// ParseQuestion reads what a person typed: key=value pairs and free text in any
// mix, such as
//
//	error_type=database_timeout spike=450 service=checkout
//	database timeouts on checkout, p99 up 450%
//
// A value with blanks is quoted. Keys nobody knows are labels. The first
// percentage in free text is the spike, where no key gives one.
func ParseQuestion(text string) (Question, error) {
	q, err := ParsePairs(text)
	if err == nil && !q.Asks() {
		return Question{}, Invalidf("error_type", "nothing to analyze: give an error type or a description, such as error_type=database_timeout spike=450 service=checkout")
	}
	return q, err
}

// ParsePairs is ParseQuestion for what need not be a question.
func ParsePairs(text string) (Question, error) {
	text = strings.TrimSpace(Clean(text))
	var q Question
	var free []string
	for _, tok := range tokens(text) {
		key, value, ok := strings.Cut(tok, "=")
		if !ok || !isKey(key) {
			free = append(free, unquote(tok))
			continue
		}
		if err := q.set(strings.ToLower(key), unquote(value)); err != nil {
			return Question{}, err
		}
	}
	words := strings.TrimSpace(strings.Join(free, " "))
	switch {
	case q.Text == "":
		q.Text = words
	case words != "":
		q.Text += " " + words
	}
	if q.Spike == nil {
		q.Spike = SpikeIn(q.Text)
	}
	return q, nil
}

func (q *Question) set(key, value string) error {
	if value == "" {
		return Invalidf(key, "%s= has no value; write %s=something or leave it out", key, key)
	}
	switch asked[key] {
	case "error_type":
		q.ErrorType = value
	case "spike":
		n, err := ParsePercent(value)
		if err != nil {
			return Invalidf("spike", "spike=%s is not a percentage; write a number such as spike=450", value)
		}
		q.Spike = &n
	case "service":
		q.Service = value
	case "environment":
		q.Environment = value
	case "description":
		q.Text = strings.TrimSpace(q.Text + " " + value)
	default:
		if q.Labels == nil {
			q.Labels = make(map[string]string)
		}
		q.Labels[key] = value
	}
	return nil
}

// ParsePercent reads a number with or without a percent sign, and refuses what
// no measurement gives.
func ParsePercent(s string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%")), "+"), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) > 1e9 {
		return 0, Invalidf("spike_percentage", "%q is not a percentage", s)
	}
	return n, nil
}

var percent = regexp.MustCompile(`(?:^|[\s(+~])(\d{1,7}(?:\.\d{1,3})?)\s?(?:%|percent\b)`)

// rise are the words that make a percentage a spike. "Disk 95% full" is a
// level, and a level is not a spike.
var rise = regexp.MustCompile(`(?i)\b(up|rose|risen|rise|rising|spike[ds]?|spiking|jump(ed|s)?|increas(e|ed|es|ing)|grew|climb(ed|ing)?|higher|above|surge[ds]?)\b|\+\s?\d`)

// SpikeIn returns the spike that a text states in so many words, or nil.
func SpikeIn(text string) *float64 {
	m := percent.FindStringSubmatch(text)
	if m == nil || !rise.MatchString(text) {
		return nil
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return nil
	}
	return &n
}

func isKey(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if r != '_' && r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// tokens splits at blanks, except within double quotes. Slack's typographic
// quotes count as quotes.
func tokens(s string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range s {
		switch {
		case r == '"' || r == '“' || r == '”':
			quoted = !quoted
			b.WriteRune('"')
		case unicode.IsSpace(r) && !quoted:
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

func unquote(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, `"`, "")) }
