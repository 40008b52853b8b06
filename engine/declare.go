package engine

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDeclared bounds a declared incident's title, in characters; a longer text
// is kept whole as its symptom.
const maxDeclared = 300

// Declaration opens an incident without an alert.
type Declaration struct {
	Actor       string
	Title       string // required
	Description string
	Severity    Severity // SeverityMedium where empty
	Service     string
	Environment string
	ErrorType   string
	Spike       *float64
	Labels      map[string]string
	Source      string // slack or api
	Channel     string // where it is announced if no route says
	Request     string // one incident per request
}

// sought are the keys with a colon by which incidents are looked for; who declares one
// so means the same.
var sought = regexp.MustCompile(`(?i)(^|\s)(sev|severity|svc|service):(\S)`)

// ParseDeclaration reads what a person typed: a title with key=value pairs in
// any mix, such as
//
//	checkout is down severity=critical service=checkout
func ParseDeclaration(text string) (Declaration, error) {
	q, err := ParsePairs(sought.ReplaceAllString(text, "$1$2=$3"))
	if err != nil {
		return Declaration{}, err
	}
	d := Declaration{
		Title: q.Text, Service: q.Service, Environment: q.Environment, ErrorType: q.ErrorType, Spike: q.Spike,
		Labels: make(map[string]string, len(q.Labels)),
	}
	for k, v := range q.Labels {
		switch k {
		case "severity", "sev", "priority":
			if d.Severity, err = SeverityOf(v); err != nil {
				return Declaration{}, err
			}
		case "title", "summary":
			d.Title = strings.TrimSpace(v + " " + d.Title)
		default:
			d.Labels[k] = v
		}
	}
	if d.Title = cmp.Or(d.Title, Words(d.ErrorType)); d.Title == "" {
		return Declaration{}, Invalidf("title", "say what is wrong, such as checkout is down severity=critical service=checkout")
	}
	return d, nil
}

// check cleans a declaration or says what is missing.
func (d *Declaration) check() error {
	for _, s := range []*string{&d.Actor, &d.Title, &d.Description, &d.Service, &d.Environment, &d.ErrorType} {
		*s = strings.TrimSpace(Clean(*s))
	}
	d.Severity, d.Source = cmp.Or(d.Severity, SeverityMedium), cmp.Or(d.Source, "api")
	switch {
	case d.Actor == "":
		return Invalidf("actor", "say who declares this")
	case d.Title == "":
		return Invalidf("title", "say what is wrong, in a few words")
	}
	first, _, more := strings.Cut(d.Title, "\n")
	if more || utf8.RuneCountInString(d.Title) > maxDeclared {
		d.Description = strings.TrimSpace(d.Title + "\n" + d.Description)
		runes := []rune(strings.TrimSpace(first))
		if len(runes) > maxDeclared {
			runes = append(runes[:maxDeclared-1], '…')
		}
		d.Title = string(runes)
	}
	return nil
}

// Declare opens an incident that no alert told of. It is announced like any
// other, and gets its advice from history.
func (e *Engine) Declare(ctx context.Context, d Declaration) (Incident, error) {
	if err := d.check(); err != nil {
		return Incident{}, err
	}
	now := e.now()
	var i Incident
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if known, err := declared(ctx, tx, d.Request, now); err != nil || known != nil {
			if known != nil {
				i = *known
			}
			return err
		}
		ids, err := tx.NumberIncidents(ctx, now.Year(), 1)
		if err != nil {
			return err
		}
		i = d.incident(ids[0], now)
		to := e.cfg.route(&i, now)
		to.QuietTill = time.Time{} // somebody is up
		i.send(to)
		i.Channel = cmp.Or(i.Channel, d.Channel)
		urgent := i.urge(now)
		entry := Entry{ID: newID("ent_", now), IncidentID: i.ID, At: now, Kind: "declared", Actor: d.Actor, Text: d.Title}
		w := newWants(now)
		w.incident(&i)
		w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: i.ID})
		if urgent {
			w.jobs = append(w.jobs, e.escalateJobs(&i)...)
		}
		return e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, w, now)
	})
	return i, err
}

func (d *Declaration) incident(id string, now time.Time) Incident {
	return Incident{
		ID: id, Title: d.Title, Status: Open, Severity: d.Severity, Service: d.Service, Environment: d.Environment,
		ErrorType: d.ErrorType, Spike: d.Spike, Symptom: cmp.Or(d.Description, d.Title), Source: d.Source,
		Fingerprint: entryID(d.Request), Labels: d.Labels, StartedAt: now, UpdatedAt: now, LastSeriesAt: now,
		Care: Care{DeclaredBy: d.Actor, SeverityBy: d.Actor},
	}
}

// declared finds the incident that a request has declared already, or nil. The
// request's mark is written in the transaction of the incident.
func declared(ctx context.Context, tx Tx, request string, now time.Time) (*Incident, error) {
	if request == "" {
		return nil, nil
	}
	mark := "declared:" + request
	fresh, err := tx.PutEnvelope(ctx, Envelope{ID: mark, Kind: "declared", Payload: []byte("{}"), ReceivedAt: now})
	if err != nil || fresh {
		if err == nil {
			err = tx.DoneEnvelope(ctx, mark)
		}
		return nil, err
	}
	recent, _, err := tx.Incidents(ctx, IncidentFilter{}, "", 1000)
	if err != nil {
		return nil, err
	}
	for n := range recent {
		if recent[n].Fingerprint == entryID(request) {
			return &recent[n], nil
		}
	}
	return nil, Conflictf("this was declared already")
}
