package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Meter asks the monitoring for the numbers behind an alert. The zero one
// measures nothing. It is asked after the alert is told, and never before.
type Meter struct {
	// Range returns what a query gives between two moments, in order of time.
	Range func(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]Series, error)
	// Query reads an alert's own query from its link to the monitoring, without
	// the comparison that makes it an alert.
	Query func(link string) (query string, ok bool)
	// Rules give alerts that match another query; the first one counts.
	Rules  []MeasureRule
	Window time.Duration // 30 min: what is measured before an alert, and its baseline before that
	// Charts also wants a chart in the incident's thread, for a chat that takes files.
	Charts bool
}

// MeasureRule gives alerts that match a query. {{NAME}} in it stands for a label
// or a field of the alert.
type MeasureRule struct {
	Match map[string]*regexp.Regexp
	Name  string // what it measures, such as p99 latency
	Query string
	Unit  string
}

// Series is what a query gives for one set of labels.
type Series struct {
	Labels  map[string]string
	Samples []Sample
}

// Sample is one number at one moment.
type Sample struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// Measure is what the monitoring says of an incident: only numbers that it
// returned, or that follow from them.
type Measure struct {
	Name     string    `json:"name,omitempty"`
	Query    string    `json:"query"`
	Unit     string    `json:"unit,omitempty"`
	Value    float64   `json:"value"`
	At       time.Time `json:"at"`                         // of the value
	Baseline *float64  `json:"baseline,omitempty"`         // the median of the window before the trouble; nil where it gave too little
	Spike    *float64  `json:"spike_percentage,omitempty"` // the value against the baseline
}

// Line is the measure in a few words: p99 latency 1.8 s, usually 0.32 s (+463 %).
func (m *Measure) Line() string {
	name := m.Name
	if name == "" {
		name = "measured"
	}
	with := func(v float64) string {
		s := strconv.FormatFloat(v, 'g', 4, 64)
		if m.Unit != "" {
			s += " " + m.Unit
		}
		return s
	}
	s := name + " " + with(m.Value)
	if m.Baseline != nil {
		s += ", usually " + with(*m.Baseline)
	}
	if m.Spike != nil {
		s += fmt.Sprintf(" (%+.0f %%)", *m.Spike)
	}
	return s
}

// A measure needs this much: fewer samples make no baseline, and a last one
// older than what the monitoring itself looks back says nothing of now.
const (
	leastBaseline = 5
	stale         = 5 * time.Minute
	samplesAsked  = 240
)

// asks returns the query of an alert, and what it measures.
func (m *Meter) asks(a *Alert) (r MeasureRule, ok bool) {
	for _, r := range m.Rules {
		if matches(r.Match, a.field) {
			r.Query, ok = fill(r.Query, a)
			return r, ok
		}
	}
	if m.Query == nil {
		return r, false
	}
	for _, l := range a.Links {
		if l.Rel != "source" {
			continue
		}
		if query, ok := m.Query(l.URL); ok {
			return MeasureRule{Query: query, Unit: a.Unit}, true
		}
	}
	return r, false
}

var placeholder = regexp.MustCompile(`\{\{\s*([\w.]+)\s*\}\}`)

// fill puts an alert's labels into a query. They come from outside, so they are
// written as the inside of a quoted string, where they cannot end it; one that
// could end a string in backquotes is no value for a query.
func fill(query string, a *Alert) (string, bool) {
	ok := true
	out := placeholder.ReplaceAllStringFunc(query, func(s string) string {
		v := a.field(placeholder.FindStringSubmatch(s)[1])
		if v == "" || strings.ContainsRune(v, '`') {
			ok = false
		}
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`, "\n", `\n`).Replace(v)
	})
	return out, ok
}

// pick returns the series that is the alert's: of those whose labels are not
// others than the alert's, the one that shares most. Two that share as much are
// none, since nothing says which.
func pick(list []Series, a *Alert) *Series {
	var best *Series
	most, tied := -1, false
	for n := range list {
		shared := 0
		for k, v := range list[n].Labels {
			switch have := cmp.Or(a.Labels[k], a.field(k)); { // a label source is not who sent the alert
			case k == "__name__" || have == "":
			case have != v:
				shared = -1
			default:
				shared++
			}
			if shared < 0 {
				break
			}
		}
		switch {
		case shared > most:
			best, most, tied = &list[n], shared, false
		case shared == most && shared >= 0:
			tied = true
		}
	}
	if tied {
		return nil
	}
	return best
}

// measure reads the numbers from a series: the value now, and the median of a
// window that ends a window before the trouble began, as an alert often fires
// long after that.
func (r *MeasureRule) measure(s *Series, started, now time.Time, window time.Duration) (m Measure, ok bool) {
	if s == nil || len(s.Samples) == 0 {
		return m, false
	}
	last := s.Samples[len(s.Samples)-1]
	if now.Sub(last.At) > stale {
		return m, false
	}
	m = Measure{Name: r.Name, Query: r.Query, Unit: r.Unit, Value: last.Value, At: last.At}
	var before []float64
	for _, p := range s.Samples {
		if from := started.Add(-2 * window); !p.At.Before(from) && p.At.Before(from.Add(window)) {
			before = append(before, p.Value)
		}
	}
	if len(before) < leastBaseline {
		return m, true
	}
	base := median(before)
	m.Baseline = &base
	if base != 0 {
		if p := math.Round((m.Value-base)/math.Abs(base)*1000) / 10; math.Abs(p) <= 1e9 {
			m.Spike = &p
		}
	}
	return m, true
}

func median(v []float64) float64 {
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return v[n/2-1]/2 + v[n/2]/2
	}
	return v[len(v)/2]
}
