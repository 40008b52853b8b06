package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// SilenceStatus is the state of a silence.
type SilenceStatus string

// The states of a silence. A proposed one silences nothing: somebody looks at
// what it matches first.
const (
	SilenceProposed SilenceStatus = "proposed"
	SilenceActive   SilenceStatus = "active"
	SilenceEnded    SilenceStatus = "ended"
)

// longestSilence bounds a silence: what is silent for longer is forgotten.
const longestSilence = 12 * time.Hour

// Silence holds back what its matchers match, until a time. Alerts are recorded
// all the same.
type Silence struct {
	ID         string        `json:"id"`
	Status     SilenceStatus `json:"status"`
	Match      []Matcher     `json:"match"`
	IncidentID string        `json:"incident_id,omitempty"` // the one it was asked for
	By         string        `json:"by"`
	Reason     string        `json:"reason,omitempty"`
	For        time.Duration `json:"for"`
	CreatedAt  time.Time     `json:"created_at"`
	Until      time.Time     `json:"until"`
	EndedAt    *time.Time    `json:"ended_at,omitempty"`
	EndedBy    string        `json:"ended_by,omitempty"`
	Outside    string        `json:"outside,omitempty"` // its id where the pagers are silenced
	OutsideEnd bool          `json:"outside_end,omitempty"`
}

// Matcher matches one label or field of an alert: its whole value.
type Matcher struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Regex bool   `json:"regex,omitempty"`
}

// String is the matcher as people type it.
func (m Matcher) String() string {
	name, value := m.Name+"=", m.Value
	if m.Regex {
		name += "~"
	}
	if strings.ContainsFunc(value, unicode.IsSpace) {
		value = `"` + value + `"`
	}
	return name + value
}

// ParseMatcher reads key=value or key=~pattern; ok says whether it is one.
func ParseMatcher(word string) (m Matcher, ok bool, err error) {
	name, value, ok := strings.Cut(word, "=")
	if !ok || name == "" || strings.ContainsAny(name, "!<>~\"'") {
		return m, false, nil
	}
	pattern, isPattern := strings.CutPrefix(value, "~")
	m = Matcher{Name: name, Value: strings.Trim(pattern, `"“”`), Regex: isPattern}
	switch {
	case m.Value == "":
		return m, true, Invalidf("match", "%s= says no value; what is silenced must be named", name)
	case m.Regex:
		re, err := m.compile()
		if err != nil {
			return m, true, Invalidf("match", "%s is not a pattern: %s", m.Value, err)
		}
		if re.MatchString("") {
			return m, true, Invalidf("match", "%s matches everything; say what is to be silenced", m)
		}
	}
	return m, true, nil
}

func (m Matcher) compile() (*regexp.Regexp, error) {
	return regexp.Compile("^(?:" + m.Value + ")$")
}

// matches compares the label as its sender has it, by which an Alertmanager goes,
// and the field as we read it, by which people do.
func (m Matcher) matches(a *Alert) bool {
	raw, field := a.Labels[m.Name], a.field(m.Name)
	if !m.Regex {
		return m.Value == raw || m.Value == field
	}
	re, err := m.compile()
	return err == nil && (re.MatchString(raw) || re.MatchString(field))
}

// matches reports whether a silence is about an alert.
func (s *Silence) matches(a *Alert) bool {
	return len(s.Match) > 0 && !slices.ContainsFunc(s.Match, func(m Matcher) bool { return !m.matches(a) })
}

// Window is a maintenance window of the config.
type Window struct {
	Match    map[string]*regexp.Regexp
	From, To time.Time
	Reason   string
}

// Mute says why an incident is recorded and not announced.
type Mute struct {
	Silence string    `json:"silence,omitempty"` // its id; empty for a maintenance window
	By      string    `json:"by,omitempty"`
	Until   time.Time `json:"until"`
	Reason  string    `json:"reason,omitempty"`
}

// Words is the mute in one line, without its end: silenced by ann: deploy.
func (m *Mute) Words() string {
	words := "maintenance"
	if m.Silence != "" {
		words = "silenced by " + m.By
	}
	if m.Reason != "" {
		words += ": " + m.Reason
	}
	return words
}

// muted says what holds an alert back now: of several the one that ends last.
func (e *Engine) muted(a *Alert, active []Silence, now time.Time) *Mute {
	var found *Mute
	take := func(m Mute) {
		if m.Until.After(now) && (found == nil || m.Until.After(found.Until)) {
			found = &m
		}
	}
	for n := range active {
		if s := &active[n]; s.matches(a) {
			take(Mute{Silence: s.ID, By: s.By, Until: s.Until, Reason: s.Reason})
		}
	}
	for n := range e.cfg.Maintenance {
		w := &e.cfg.Maintenance[n]
		if !now.Before(w.From) && matches(w.Match, a.field) {
			take(Mute{Until: w.To, Reason: w.Reason})
		}
	}
	return found
}

// common are the labels that all of the alerts have, as matchers; where they
// have none, the fields that are the same.
func common(alerts []Alert) []Matcher {
	var out []Matcher
	add := func(name string, of func(*Alert) string) {
		value := of(&alerts[0])
		same := func(a Alert) bool { return of(&a) == value }
		if value != "" && !slices.ContainsFunc(alerts, func(a Alert) bool { return !same(a) }) {
			out = append(out, Matcher{Name: name, Value: value})
		}
	}
	if len(alerts) == 0 {
		return nil
	}
	var names []string
	for name := range alerts[0].Labels {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		add(name, func(a *Alert) string { return a.Labels[name] })
	}
	if len(out) == 0 {
		for _, name := range []string{"alertname", "service", "environment"} {
			add(name, func(a *Alert) string { return a.field(name) })
		}
	}
	return out
}

// check says what is wrong with a silence that is asked for.
func (s *Silence) check() error {
	switch {
	case s.For <= 0:
		return Invalidf("for", "say for how long, at most 12h: silence INC-2026-0042 2h deploy")
	case s.For > longestSilence:
		return Invalidf("for", "a silence lasts at most 12h, not %s; silence it again when it ends", Length(s.For))
	case len(s.Match) == 0:
		return Invalidf("match", "say what: an incident's id, or key=value of its labels")
	case len(s.Match) > 64:
		return Invalidf("match", "%d matchers are too many; at most 64", len(s.Match))
	}
	return nil
}

// Words are the matchers as people type them.
func (s *Silence) Words() string {
	var words []string
	for _, m := range s.Match {
		words = append(words, m.String())
	}
	return strings.Join(words, " ")
}

// comment is what stands at the silence in other systems; the id finds it again.
func (s *Silence) comment() string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s by rof)", s.Reason, s.ID))
}
