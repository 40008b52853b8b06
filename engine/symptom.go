package engine

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// symptomNow says what is wrong in the matched incident's own words with
// tonight's figure in place of that night's, where both are known and went the
// same way; else in the question's words.
func symptomNow(q Question, d Decision) string {
	if q.Spike != nil && d.Then != nil && (*q.Spike < 0) == (*d.Then < 0) && len(d.Evidence) > 0 && d.thenSymptom != "" {
		if s, ok := withSpike(d.thenSymptom, *d.Then, *q.Spike); ok {
			return s
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(q.Text), "\n")
	switch {
	case line != "":
		return line
	case q.ErrorType != "" && q.Spike != nil && *q.Spike < 0:
		return Words(q.ErrorType) + ", down " + Percent(-*q.Spike)
	case q.ErrorType != "" && q.Spike != nil:
		return Words(q.ErrorType) + ", up " + Percent(*q.Spike)
	}
	return Words(q.ErrorType)
}

func withSpike(symptom string, then, now float64) (string, bool) {
	old := Percent(then)
	at := strings.Index(symptom, old)
	if at < 0 || at > 0 && symptom[at-1] >= '0' && symptom[at-1] <= '9' {
		return "", false
	}
	return symptom[:at] + Percent(now) + symptom[at+len(old):], true
}

// symptom is what the alert says is wrong, in a line.
func (a *Alert) symptom() string { return cmp.Or(a.said(), a.Summary()) }

// said is the first line of the alert's description.
func (a *Alert) said() string {
	line, _, _ := strings.Cut(strings.TrimSpace(a.Description), "\n")
	return strings.TrimSpace(line)
}

// Percent writes a percentage as people do: 450%, 12.5%.
func Percent(p float64) string { return strconv.FormatFloat(math.Round(p*10)/10, 'f', -1, 64) + "%" }

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
