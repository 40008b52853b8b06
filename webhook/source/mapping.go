package source

import (
	"cmp"
	"strings"
	"time"

	"ragoffire/engine"
)

// mapping says which paths of a sender's bodies make an alert. It is data:
// presets have theirs in files, users in their config; spec.go reads both.
type mapping struct {
	each   *path // the list of alerts; none where the body is one
	rules  map[string]rule
	labels []labelRule
	links  []linkRule

	ignore, resolve, acknowledge condition
	repeat                       condition // says again what was said before: its time begins nothing
	expires                      condition // bodies whose alerts nobody resolves; all where empty

	statuses    map[string]engine.AlertStatus // statusIgnored: no alert
	severities  map[string]engine.Severity
	comparators map[string]string

	absent patterns
	expire time.Duration
	hint   string // what to do where the status is missing
}

// statusIgnored is the word for what is no news: a note, a test.
const statusIgnored engine.AlertStatus = "ignore"

// anyWord stands for all words that a map of words does not name.
const anyWord = "*"

// labelRule reads labels from where a path leads, or one by its own rule.
type labelRule struct {
	hole []path
	name string
	rule rule
}

type linkRule struct {
	rel  string
	rule rule
}

// parse is the Parser of the mapping. A list of bodies is as good as one.
func (m *mapping) parse(in Input) (Parsed, error) {
	body, err := decode(in.Body)
	if err != nil {
		return Parsed{}, err
	}
	s := scope{body: body, absent: m.absent}
	read := func(o object, to *engine.Delivery) error {
		one := s
		if one.member = o.m; m.each == nil {
			one.body = o.m
		}
		a, ok, err := m.alert(&one, o.at)
		if err == nil && ok {
			a.Source = to.Source
			to.Alerts = append(to.Alerts, a)
		}
		return err
	}
	list, at, ok := m.list(&s)
	var p Parsed
	if ok {
		p, err = collect(in, list, at, read)
	} else {
		p.Delivery.Source = in.Source
		var o object
		if o, err = asObject(body, ""); err == nil && m.each != nil {
			err = missing(at, "the alerts of a body are expected there")
		}
		if err == nil {
			err = p.take(o, read)
		}
	}
	if err != nil {
		return Parsed{}, err
	}
	if m.expire > 0 && (len(m.expires) == 0 || m.expires.holds(&s)) {
		p.Delivery.Expire = m.expire
	}
	return p, nil
}

// list are the body's alerts, where it has several, and where they stand.
func (m *mapping) list(s *scope) (members []any, at string, ok bool) {
	if m.each == nil {
		members, ok = s.body.([]any)
		return members, "", ok
	}
	members, ok = m.each.members(s)
	return members, strings.TrimSuffix(m.each.field(""), "[*]"), ok
}

// alert reads one member. It is not ok where the member is no news.
func (m *mapping) alert(s *scope, at string) (a engine.Alert, ok bool, err error) {
	if m.ignore.holds(s) {
		return a, false, nil
	}
	labels := m.readLabels(s)
	s.labels = lowered(labels)
	text := func(field string, n int) string { return line(m.rules[field].read(s), n) }
	a = engine.Alert{
		ExternalID:  identity(m.rules["external_id"].read(s)),
		Fingerprint: identity(m.rules["fingerprint"].read(s)),
		Name:        text("name", maxName),
		Title:       text("title", maxTitle),
		Description: cutBytes(m.rules["description"].read(s), maxDescription),
		ErrorType:   text("error_type", maxName),
		Service:     text("service", maxName),
		Component:   text("component", maxName),
		Environment: text("environment", maxName),
		SeverityRaw: text("severity", maxName),
		Labels:      bound(labels),
		Comparator:  m.comparator(s),
		GroupKey:    identity(m.rules["group_key"].read(s)),
		Reason:      text("reason", maxName),
	}
	if a.Status, err = m.status(s, at); err != nil || a.Status == statusIgnored {
		return a, false, err
	}
	if err := m.times(&a, s, at); err != nil {
		return a, false, err
	}
	m.measure(&a, s)
	for _, l := range m.links {
		a.Links = addLink(a.Links, l.rel, l.rule.read(s))
	}
	describe(&a, labels, nil)
	if severity, ok := m.severities[strings.ToLower(a.SeverityRaw)]; ok {
		a.Severity = severity
	} else if severity, ok := m.severities[anyWord]; ok && a.Severity == engine.SeverityUnknown {
		a.Severity = severity
	}
	if a.Title == "" && a.Name == "" && a.ErrorType == "" && a.Description == "" {
		return a, false, missing(m.rules["title"].field(at), "nothing says what this alert is about")
	}
	return a, true, nil
}

func missing(field, why string) error {
	field = cmp.Or(field, "body")
	return engine.Invalidf(field, "%s: missing; %s", field, why)
}

// status is what the conditions say, then the sender's word. A word that nobody
// knows, or none where there should be one, is not taken for firing.
func (m *mapping) status(s *scope, at string) (engine.AlertStatus, error) {
	r := m.rules["status"]
	switch {
	case m.resolve.holds(s):
		return engine.AlertResolved, nil
	case m.acknowledge.holds(s):
		return engine.AlertAcknowledged, nil
	case r == nil:
		return engine.Firing, nil
	}
	word := r.read(s)
	if word == "" {
		if err := m.unfilled(r, s, at); err != nil {
			return "", err
		}
		return "", missing(r.field(at), cmp.Or(m.hint, "it says whether the alert fires or is over"))
	}
	if status, ok := m.statuses[strings.ToLower(word)]; ok {
		return status, nil
	}
	if status, ok := parseStatus(word); ok {
		return status, nil
	}
	if status, ok := m.statuses[anyWord]; ok {
		return status, nil
	}
	field := r.field(at)
	return "", engine.Invalidf(field, "%s: %.40q is not firing, acknowledged or resolved", field, word)
}

// unfilled says that what a rule reads is a placeholder, where it is one.
func (m *mapping) unfilled(r rule, s *scope, at string) error {
	sent := *s
	sent.absent = nil
	word := r.read(&sent)
	if word == "" {
		return nil
	}
	otherwise := ""
	if m.hint != "" {
		otherwise = "; where an alert brought it, " + m.hint
	}
	field := r.field(at)
	return engine.Invalidf(field, "%s: %.40q was not filled in, as in a sender's test%s", field, word, otherwise)
}

// times fills when the alert began and ended. A time of the notice itself, at,
// begins what fires and ends what is resolved.
func (m *mapping) times(a *engine.Alert, s *scope, at string) error {
	var err error
	read := func(field string) time.Time {
		r := m.rules[field]
		text := r.read(s)
		t, ok := parseTime(text)
		if !ok && err == nil {
			name := r.field(at)
			err = engine.Invalidf(name, "%s: %.60q is not a time; RFC 3339 is understood, such as 2026-11-23T02:50:33Z", name, text)
		}
		return t
	}
	started, ended, noticed := read("started_at"), read("ended_at"), read("at")
	if a.Status == engine.AlertResolved {
		if ended.IsZero() {
			ended = noticed
		}
		if !ended.IsZero() {
			a.EndedAt = &ended
		}
	} else if started.IsZero() && !m.repeat.holds(s) {
		started = noticed
	}
	a.StartedAt = started
	return err
}

// measure fills the numbers. What is no number is not one: senders render texts
// where they have none.
func (m *mapping) measure(a *engine.Alert, s *scope) {
	value := m.rules["value"].read(s)
	a.Value, a.Threshold = parseNumber(value), m.number("threshold", s)
	if a.Value != nil {
		if a.Unit = line(m.rules["unit"].read(s), 32); a.Unit == "" && strings.HasSuffix(value, "%") {
			a.Unit = "%"
		}
	}
	if a.Spike = m.number("spike_percentage", s); a.Spike == nil {
		a.Spike = increase(a.Value, m.number("baseline", s))
	}
}

func (m *mapping) number(field string, s *scope) *float64 { return parseNumber(m.rules[field].read(s)) }

func (m *mapping) comparator(s *scope) string {
	word := m.rules["comparator"].read(s)
	if c, ok := m.comparators[strings.ToLower(word)]; ok {
		return c
	}
	return parseComparator(word)
}

// readLabels gathers the labels; of two with one name the first counts.
func (m *mapping) readLabels(s *scope) map[string]string {
	out := make(map[string]string)
	for _, l := range m.labels {
		if l.name != "" {
			if text := l.rule.read(s); text != "" {
				put(out, l.name, text)
			}
			continue
		}
		for _, p := range l.hole {
			var sets []map[string]string
			for _, v := range p.find(s) {
				sets = append(sets, pairs(v))
			}
			for name, value := range agreed(sets) {
				if !s.absent.match(value) {
					put(out, name, value)
				}
			}
			if len(sets) > 0 {
				break
			}
		}
	}
	return out
}
