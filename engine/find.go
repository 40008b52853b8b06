package engine

import (
	"slices"
	"strings"
)

// Severities are all there are, the worst first.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityInfo, SeverityUnknown}
}

// quotes are left out of what people look for: a phone's are in no title.
var quotes = strings.NewReplacer(`"`, "", "“", "", "”", "")

// ParseFind reads what a person looks for: sev:critical svc:checkout status:open and
// words, in any order, also with = in place of the colon. A key that it does not know
// is a word like any other: titles have colons, too. The error says what of it nobody
// understands; the rest is in the filter all the same.
func ParseFind(q string) (f IncidentFilter, err error) {
	var words []string
	for _, w := range strings.Fields(quotes.Replace(q)) {
		key, value := w, ""
		if at := strings.IndexAny(w, ":="); at >= 0 {
			key, value = strings.ToLower(w[:at]), w[at+1:]
		} else {
			words = append(words, w)
			continue
		}
		var unknown error
		switch {
		case key == "sev" || key == "severity":
			f.Severity, unknown = begun(w, value, Severities())
		case key == "svc" || key == "service":
			f.Service = value
		case key == "type" || key == "error_type":
			f.ErrorType = value
		case key == "status" && strings.EqualFold(value, "live"):
			f.Live = true
		case key == "status" || key == "is":
			f.Status, unknown = begun(w, value, []IncidentStatus{Open, Acknowledged, Mitigated, Resolved})
		default:
			words = append(words, w)
		}
		if unknown != nil {
			err = unknown
		}
	}
	f.Query = strings.Join(words, " ")
	return f, err
}

// begun is the value that a text begins, such as critical for crit.
func begun[T ~string](word, text string, values []T) (T, error) {
	text = strings.ToLower(text)
	if at := slices.IndexFunc(values, func(v T) bool { return text != "" && strings.HasPrefix(string(v), text) }); at >= 0 {
		return values[at], nil
	}
	names := make([]string, len(values))
	for n, v := range values {
		names[n] = string(v)
	}
	return "", Invalidf("q", "%s is unknown; there are %s", word, strings.Join(names, ", "))
}
