package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func critical(a *engine.Alert) { a.Severity = engine.SeverityCritical }

// pager records what it is called for, where it is not away.
type pager struct {
	name  string
	away  error
	calls []engine.Call
}

func (p *pager) String() string { return p.name }

func (p *pager) Call(_ context.Context, c engine.Call) error {
	if p.away == nil {
		p.calls = append(p.calls, c)
	}
	return p.away
}

func (p *pager) keys() (keys []string) {
	for _, c := range p.calls {
		keys = append(keys, c.Key)
	}
	return keys
}

// paged is an engine that escalates after five minutes, to each pager in turn.
func paged(t *testing.T, pagers ...*pager) *rig {
	t.Helper()
	return newRig(t, func(c *engine.Config) {
		c.Escalation.After = 5 * time.Minute
		for _, p := range pagers {
			c.Escalation.Paths = append(c.Escalation.Paths, engine.Path{Pager: p})
		}
	})
}

// due runs the escalation, and returns how long it wants to wait for the next step.
func (r *rig) due(id string) time.Duration {
	r.t.Helper()
	err := r.run(engine.JobEscalate, id)
	if again, ok := errors.AsType[*engine.Again](err); ok {
		return again.After
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return 0
}

func (r *rig) said(what string) (n int) {
	for _, s := range r.notices() {
		if strings.Contains(s, `"what":"`+what+`"`) {
			n++
		}
	}
	return n
}

func TestWhatNobodyTakesIsSaidAgainAndThenElsewhere(t *testing.T) {
	first, second := &pager{name: "webhook pager.example.com"}, &pager{name: "e-mail to ann@example.com"}
	r := paged(t, first, second)
	id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
	if wait := r.due(id); wait != 5*time.Minute || r.said("unacknowledged") != 0 {
		t.Fatalf("at once: wait %s, %v", wait, r.notices())
	}
	r.clock.Advance(5 * time.Minute)
	if wait := r.due(id); wait != 5*time.Minute || r.said("unacknowledged") != 1 || len(first.calls) != 0 {
		t.Fatalf("after 5 min: wait %s, %v, %d calls", wait, r.notices(), len(first.calls))
	}
	r.clock.Advance(5 * time.Minute)
	if wait := r.due(id); wait != 5*time.Minute || len(first.calls) != 1 || len(second.calls) != 0 || r.said("paged") != 1 {
		t.Fatalf("after 10 min: wait %s, %v, %d calls", wait, r.notices(), len(first.calls))
	}
	c := first.calls[0]
	if c.IncidentID != id || c.Severity != engine.SeverityCritical || c.Service != "checkout" || c.Why != "nobody has it after 10 min" || c.Key == "" {
		t.Errorf("%+v", c)
	}
	r.clock.Advance(5 * time.Minute)
	if wait := r.due(id); wait != 0 || len(second.calls) != 1 {
		t.Fatalf("after 15 min: wait %s, %d calls", wait, len(second.calls))
	}
	r.clock.Advance(time.Hour)
	if wait := r.due(id); wait != 0 || len(first.calls)+len(second.calls) != 2 || r.said("unacknowledged") != 1 {
		t.Error("it does not end after the last step")
	}
	d := r.detail(id)
	var kinds []string
	for _, e := range d.Timeline {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []string{"fired", "escalated", "paged", "paged"}) || len(d.Paged) != 2 || d.Paged[0].Key != c.Key || d.Paged[1].Path != second.name {
		t.Errorf("timeline %q, paged %+v", kinds, d.Paged)
	}
}

func TestNothingFollowsWhatSomebodyTook(t *testing.T) {
	for name, take := range map[string]func(*rig, string) error{
		"acknowledged": func(r *rig, id string) error { _, err := r.Acknowledge(r.t.Context(), id, "ann"); return err },
		"resolved": func(r *rig, id string) error {
			_, err := r.Resolve(r.t.Context(), id, engine.Resolution{Actor: "ann", Reason: engine.ReasonFalseAlarm})
			return err
		},
		"ended by itself": func(r *rig, _ string) error { r.ingest(alert("a", critical, ended(r.clock.Now()))); return nil },
		"silenced":        func(r *rig, _ string) error { r.silenced(onCheckout()); return nil },
	} {
		for _, steps := range []int{0, 1} {
			p := &pager{name: "p"}
			r := paged(t, p)
			id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
			for range steps {
				r.clock.Advance(5 * time.Minute)
				r.due(id)
			}
			if err := take(r, id); err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(time.Hour)
			if wait := r.due(id); wait != 0 || len(p.calls) != 0 || r.said("unacknowledged") != steps {
				t.Errorf("%s after %d steps: wait %s, %d calls, %v", name, steps, wait, len(p.calls), r.notices())
			}
		}
	}
}

func TestOnlyWhatIsCriticalEscalatesFromThenOn(t *testing.T) {
	p := &pager{name: "p"}
	r := paged(t, p)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	r.clock.Advance(time.Hour)
	if wait := r.due(id); wait != 0 || r.said("unacknowledged") != 0 {
		t.Fatalf("high: wait %s, %v", wait, r.notices())
	}
	r.ingest(alert("a", critical))
	if wait := r.due(id); wait != 5*time.Minute {
		t.Errorf("critical since now: wait %s", wait)
	}
	r.clock.Advance(10 * time.Minute)
	r.due(id)
	// Fired again, it is another incident to whoever was paged.
	r.ingest(alert("a", critical, ended(r.clock.Now())))
	r.clock.Advance(time.Minute)
	r.ingest(alert("a", critical, func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
	r.clock.Advance(10 * time.Minute)
	r.due(id)
	if keys := p.keys(); len(keys) != 2 || keys[0] == keys[1] {
		t.Errorf("keys %q", keys)
	}
}

func TestAPathThatFailsIsTriedAgainAndThenGivesWay(t *testing.T) {
	first, second := &pager{name: "first", away: errors.New("refused")}, &pager{name: "second"}
	r := paged(t, first, second)
	id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
	r.clock.Advance(5 * time.Minute)
	r.due(id)
	r.clock.Advance(5 * time.Minute)
	if err := r.run(engine.JobEscalate, id); err == nil || !strings.Contains(err.Error(), "page by first: refused") {
		t.Fatalf("%v; want an error, for the job to be tried again", err)
	}
	r.clock.Advance(time.Minute)
	if wait := r.due(id); wait != 4*time.Minute {
		t.Errorf("a minute later: wait %s", wait)
	}
	r.clock.Advance(4 * time.Minute)
	second.away = errors.New("refused")
	if err := r.run(engine.JobEscalate, id); err == nil {
		t.Error("the last path is given up")
	}
	r.clock.Advance(time.Hour)
	if err := r.run(engine.JobEscalate, id); err == nil {
		t.Error("the last path is given up after an hour")
	}
	second.away = nil
	if wait := r.due(id); wait != 0 || len(second.calls) != 1 || len(first.calls) != 0 {
		t.Errorf("wait %s, %d calls", wait, len(second.calls))
	}
}

// stands says that Slack shows a post.
func (r *rig) stands(key string) {
	r.t.Helper()
	err := r.store.Update(r.t.Context(), func(tx engine.Tx) error {
		p, err := tx.Post(r.t.Context(), key)
		if err != nil {
			return err
		}
		p.TS, p.Sent = "1.1", p.Wanted
		return tx.SavePost(r.t.Context(), p)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestWhatSlackDoesNotGetIsToldElsewhere(t *testing.T) {
	first, second := &pager{name: "first", away: errors.New("refused")}, &pager{name: "second"}
	r := paged(t, first, second)
	look := func(down bool) {
		t.Helper()
		if err := r.PageUnreached(t.Context(), down); err != nil {
			t.Fatal(err)
		}
	}
	shown := r.ingest(alert("a", critical, func(a *engine.Alert) { a.Service = "shown" })).Alerts[0].IncidentID
	r.stands("incident:" + shown)
	r.ingest(alert("b", func(a *engine.Alert) { a.Service = "high" }))
	lost := r.ingest(alert("c", critical, func(a *engine.Alert) { a.Service = "lost" })).Alerts[0].IncidentID
	r.clock.Advance(engine.Unreachable - time.Second)
	look(false)
	if len(second.calls) != 0 {
		t.Fatal("before two minutes")
	}
	r.clock.Advance(time.Second)
	// Slack is out of reach: what is critical from now on is told at once.
	fresh := r.ingest(alert("d", critical, func(a *engine.Alert) { a.Service = "fresh" })).Alerts[0].IncidentID
	for range 3 {
		look(false)
	}
	var told []string
	for _, c := range second.calls {
		told = append(told, c.IncidentID)
		if c.Why != "Slack is out of reach" {
			t.Errorf("why: %s", c.Why)
		}
	}
	slices.Sort(told)
	if !slices.Equal(told, []string{lost, fresh}) {
		t.Errorf("told of %q, want %s and %s, each once", told, lost, fresh)
	}
	// A digest that tells it is as good as its own message, once it stands.
	second.calls = nil
	err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		p, err := tx.Post(t.Context(), "incident:"+fresh)
		if err != nil {
			return err
		}
		p.Told = "incident:" + shown
		return tx.SavePost(t.Context(), p)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.stands("incident:" + lost)
	later := r.ingest(alert("e", critical, func(a *engine.Alert) { a.Service = "later" })).Alerts[0].IncidentID
	look(false)
	if len(second.calls) != 0 {
		t.Error("nothing has waited for two minutes, and something was told")
	}
	look(true)
	if len(second.calls) != 1 || second.calls[0].IncidentID != later {
		t.Errorf("with both sockets down: %+v", second.calls)
	}
}

func TestTheWorstGoesWhereItsSeverityBelongs(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"severity": "critical"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) {
		c.Routes = []engine.Route{{Match: match, Channel: "C0PAY", Mention: "S0ONCALL"}, {Channel: "C0ALL", Quiet: &engine.Quiet{From: 2 * time.Hour, To: 4 * time.Hour, Zone: time.UTC, Below: engine.SeverityCritical}}}
		c.Services = map[string]engine.Service{"cart": {Owner: "shop", Channel: "C0CART"}}
	})
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if d := r.detail(id); d.Quiet == "" || d.Channel != "C0ALL" || len(r.posts()) != 1 || r.posts()[0].Kind != engine.PostDigest || !r.posts()[0].NotBefore.Equal(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v, %+v", d.Incident, r.posts())
	}
	r.ingest(alert("a", critical))
	if d := r.detail(id); d.Quiet != "" || d.Channel != "C0ALL" || !slices.Equal(d.Also, []string{"C0PAY"}) || d.Mention != "S0ONCALL" {
		t.Errorf("%+v", d.Incident)
	}
	var channels []string
	for _, p := range r.posts() {
		if p.Kind == engine.PostIncident {
			channels = append(channels, p.Channel)
		}
	}
	slices.Sort(channels)
	if !slices.Equal(channels, []string{"C0ALL", "C0PAY"}) || r.said("worse") != 1 {
		t.Errorf("it stands in %q, notices %v", channels, r.notices())
	}
	cart := r.detail(r.ingest(alert("b", func(a *engine.Alert) { a.Service = "cart" })).Alerts[0].IncidentID)
	if cart.Channel != "C0CART" || cart.Team != "shop" {
		t.Errorf("%+v", cart.Incident)
	}
}
