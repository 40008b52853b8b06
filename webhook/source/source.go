// Package source turns what monitoring systems send into deliveries for the
// engine: one file per system, or a mapping as data in presets where paths of
// fields suffice, each a pure function of the body. Parsers are
// tolerant of what they don't know (new fields, other versions) and exact about
// what they read: a member of the wrong type is an error that names it.
package source

import (
	"encoding/json"
	"maps"
	"net/http"

	"ragoffire/engine"
)

// What a body may hold. A storm fits: a 400 would keep it, and all in it, away
// for as long as it lasts.
const (
	maxDepth       = 32
	maxAlerts      = 10_000
	maxLabels      = 64
	maxLabelKey    = 128
	maxLabelValue  = 1024
	maxLinks       = 16
	maxURL         = 2048
	maxTitle       = 300
	maxDescription = 8 << 10 // bytes
	maxName        = 255
)

// Input is one delivery as it came in.
type Input struct {
	Source string      // the configured source's name
	Body   []byte      // as it was sent
	Header http.Header // nil where there is none, such as on a stream
}

// What is kept of members that cannot be read: the first ones, each cut.
const (
	maxSpoilt    = 50
	maxSpoiltRaw = 8 << 10 // bytes
)

// Parsed is what a body holds. Bad has an error for each alert that could not
// be read while others could; a body of which nothing can be read is an error
// of the parser instead.
type Parsed struct {
	Delivery engine.Delivery
	Bad      []error
	Raw      []string // what the first errors of Bad are about, as JSON, cut where long
	Ignored  int      // members that are understood and ask for nothing, such as a ping
	Answer   any      // what the sender needs for an answer; nil: the counts
	Confirm  string   // the address that confirms a subscription
}

// spoilt keeps a member that could not be read, for people to look at.
func (p *Parsed) spoilt(member any, err error) {
	p.Bad = append(p.Bad, err)
	if len(p.Raw) < maxSpoilt {
		raw, _ := json.Marshal(member) // it was JSON a moment ago
		p.Raw = append(p.Raw, cutBytes(engine.Clean(string(raw)), maxSpoiltRaw))
	}
}

// take reads one member into the delivery.
func (p *Parsed) take(o object, read reader) error {
	before := members(&p.Delivery)
	if err := read(o, &p.Delivery); err != nil {
		return err
	}
	if members(&p.Delivery) == before {
		p.Ignored++
	}
	return nil
}

func members(d *engine.Delivery) int {
	return len(d.Alerts) + len(d.Changes) + len(d.Remarks) + len(d.Beats)
}

// Parser reads the bodies of one monitoring system. Its errors are
// *engine.Error of kind Invalid, with the field's path in Field.
type Parser func(Input) (Parsed, error)

// Kinds returns the parser of each kind of source, by its name.
func Kinds() map[string]Parser {
	kinds := mapped()
	maps.Copy(kinds, map[string]Parser{
		"alertmanager":     Alertmanager,
		"cloudevents":      CloudEvents,
		"cloudwatch":       CloudWatch,
		"generic":          Generic,
		"github":           GitHub,
		"gitlab":           GitLab,
		"grafana":          Grafana,
		"pagerduty":        PagerDuty,
		"pagerduty-events": PagerDutyEvents,
		"sentry":           Sentry,
	})
	return kinds
}

// reader reads one member of a body into a delivery.
type reader func(object, *engine.Delivery) error

// alerts is a reader of members that are alerts.
func alerts(parse func(object) (engine.Alert, error)) reader {
	return func(o object, to *engine.Delivery) error {
		a, err := parse(o)
		if err != nil {
			return err
		}
		a.Source = to.Source
		to.Alerts = append(to.Alerts, a)
		return nil
	}
}

// bodyObject is a body that is one object.
func bodyObject(in Input) (object, error) {
	body, err := decode(in.Body)
	if err != nil {
		return object{}, err
	}
	return asObject(body, "")
}

// single reads a body that is one object.
func single(in Input, read reader) (Parsed, error) {
	o, err := bodyObject(in)
	if err != nil {
		return Parsed{}, err
	}
	p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
	if err := p.take(o, read); err != nil {
		return Parsed{}, err
	}
	return p, nil
}

// collect reads each of a body's members and keeps the good ones. A bad one must
// not hold the others back; where there is no good one, it is the error.
func collect(in Input, members []any, at string, read reader) (Parsed, error) {
	p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
	if len(members) > maxAlerts {
		field := at
		if field == "" {
			field = "body"
		}
		return p, engine.Invalidf(field, "%s: %d alerts in one body; at most %d are taken", field, len(members), maxAlerts)
	}
	for i, v := range members {
		o, err := asObject(v, index(at, i))
		if err == nil {
			err = p.take(o, read)
		}
		if err != nil {
			p.spoilt(v, err)
		}
	}
	if len(p.Bad) > 0 && len(p.Bad) == len(members) {
		return Parsed{}, p.Bad[0]
	}
	return p, nil
}
